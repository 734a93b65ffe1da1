import { run } from "../../ground/terminal/run";
import type { Finding } from "./diagnosis";

/** A program that commands or tests run and that nothing deploys without. */
export interface Program {
  readonly name: string;
  /** Debian package that has it. */
  readonly debianPackage: string;
  /** What does not work without it. */
  readonly without: string;
}

const K3S_TESTS = "the tests of the K3s machine are skipped";
const SCANNER_TEST = "the test of the process scanner on real processes is skipped";
const POLICIES_TEST = "the test of network policies with K3s' own controller is skipped";

export const PROGRAMS: readonly Program[] = [
  {
    name: "ssh",
    debianPackage: "openssh-client",
    without: `npx mybinder machine cannot reach any machine; ${K3S_TESTS}`,
  },
  {
    name: "ssh-keyscan",
    debianPackage: "openssh-client",
    without: "npx mybinder members add needs --host-key",
  },
  { name: "git", debianPackage: "git", without: "doctor cannot say since when a stack is paused" },
  {
    name: "haproxy",
    debianPackage: "haproxy",
    without:
      "rehearsals do not check its configuration, and the tests and the bench of the proxy are skipped",
  },
  {
    name: "amtool",
    debianPackage: "prometheus-alertmanager",
    without: "rehearsals would not check an Alertmanager's configuration, and its test is skipped",
  },
  { name: "named", debianPackage: "bind9", without: "the test of certificates by DNS-01 is skipped" },
  {
    name: "prometheus-alertmanager",
    debianPackage: "prometheus-alertmanager",
    without: "the test of an alert's way to a webhook is skipped",
  },
  { name: "openssl", debianPackage: "openssl", without: "the tests of certificates are skipped" },
  {
    name: "promtool",
    debianPackage: "prometheus",
    without:
      "rehearsals do not check Prometheus' configuration, and the tests of targets and peaks are skipped",
  },
  { name: "prometheus", debianPackage: "prometheus", without: "the test of the measured peak is skipped" },
  {
    name: "python3",
    debianPackage: "python3",
    without: "only our own rules check banned patterns, and their test is skipped",
  },
  { name: "shellcheck", debianPackage: "shellcheck", without: "the machine's scripts are not linted" },
  { name: "sshd", debianPackage: "openssh-server", without: K3S_TESTS },
  { name: "mkfs.xfs", debianPackage: "xfsprogs", without: K3S_TESTS },
  { name: "sfdisk", debianPackage: "fdisk", without: K3S_TESTS },
  { name: "fuser", debianPackage: "psmisc", without: K3S_TESTS },
  {
    name: "pg_dump",
    debianPackage: "postgresql",
    without: "the test that backs a database up and restores it is skipped",
  },
  { name: "iptables", debianPackage: "iptables", without: POLICIES_TEST },
  { name: "ipset", debianPackage: "ipset", without: POLICIES_TEST },
  { name: "ip", debianPackage: "iproute2", without: POLICIES_TEST },
  { name: "wrk", debianPackage: "wrk", without: "npm run bench -- proxy cannot run" },
  { name: "taskset", debianPackage: "util-linux", without: "npm run bench -- proxy cannot run" },
  { name: "setpriv", debianPackage: "util-linux", without: SCANNER_TEST },
  { name: "unshare", debianPackage: "util-linux", without: SCANNER_TEST },
];

/** Which of the programs are not on PATH. Throws when there is no shell that could tell. */
export async function missingPrograms(programs: readonly Program[] = PROGRAMS): Promise<Program[]> {
  const script = 'for name do command -v "$name" >/dev/null || echo "$name"; done';
  const { code, stdout, stderr } = await run("/bin/sh", [
    ...["-c", script, "sh"],
    ...programs.map(({ name }) => name),
  ]);
  if (code !== 0) throw new Error(`/bin/sh: ${stderr.trim()}`);
  const missing = stdout.split("\n");
  return programs.filter(({ name }) => missing.includes(name));
}

/** A warning for each: everything that deploys does without them. */
export function programFindings(missing: readonly Program[]): Finding[] {
  return missing.map(({ name, debianPackage, without }) => ({
    level: "warning",
    about: name,
    found: `not on PATH: ${without}`,
    fix: `apt-get install ${debianPackage}`,
  }));
}
