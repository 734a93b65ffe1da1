import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ciphertextDigest } from "../../secret/fingerprint";
import { projectCopy } from "../support/projectCopy";

const copy = projectCopy();
afterAll(copy.remove);
const secrets = (...args: string[]): { code: number | null; stdout: string; stderr: string } => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(copy.root, "tools", "mybinder.mjs"), "secrets", ...args],
    { encoding: "utf8" },
  );
  return { code: status, stdout, stderr };
};

test("list tells what is set, missing, unused and in plain text; check fails for the last two", () => {
  expect(secrets("check")).toEqual({ code: 0, stdout: "", stderr: "" });
  appendFileSync(
    join(copy.root, "Pulumi.bids-ovh.yaml"),
    "  mybinder:registryS3SecretKey: hunter2\n  mybinder:zulip: {secure: AAAA}\n",
  );
  appendFileSync(join(copy.root, "Pulumi.prod.yaml"), "  mybinder:registryPassword: {secure: AAAA}\n");
  const rows = JSON.parse(secrets("list", "bids-ovh", "prod", "--json").stdout) as {
    stack: string;
    key: string;
    state: string;
  }[];
  const state = (stack: string, key: string): string | undefined =>
    rows.find((row) => row.stack === stack && row.key === key)?.state;
  expect(state("bids-ovh", "registryS3SecretKey")).toBe("plain text");
  expect(state("bids-ovh", "zulip")).toBe("set");
  expect(state("bids-ovh", "registryS3AccessKey")).toBe("missing");
  expect(state("bids-ovh", "harbor-admin")).toBe("generated");
  expect(state("prod", "registryPassword")).toBe("unused");
  expect(state("prod", "harbor-admin")).toBeUndefined();

  const { code, stdout, stderr } = secrets("check");
  expect(code).toBe(1);
  expect(stdout).toContain(
    "Pulumi.bids-ovh.yaml: mybinder:registryS3SecretKey is plain text\n  everybody with the repository",
  );
  expect(stdout).toContain(
    "Pulumi.prod.yaml: mybinder:registryPassword is unused\n  revoke it, then: pulumi config rm",
  );
  expect(stdout).toContain("Pulumi.bids-ovh.yaml: has no record of mybinder:zulip");
  expect(stdout).toContain(
    "Pulumi.bids-ovh.yaml: secrets are encrypted with nothing that the file names, wanted: gcpkms:",
  );
  expect(stderr).toBe("6 problems with the secrets; below each problem above is its fix\n");
  expect(`${stdout}${stderr}`).not.toContain("hunter2");
});

test("what is encrypted outside of the catalogue is found with its key and the secret that has a place for it", () => {
  const file = join(copy.root, "Pulumi.hetzner-gesis.yaml");
  const before = readFileSync(file, "utf8");
  const secret = "{secure: 'v1:AAAA:hunter2='}";
  appendFileSync(
    file,
    `  mybinder:overrides:
    - {reason: as the test wants it, values: {networkPolicy: {egress: {bannedIps: ${secret}}}, grafana: {own: ${secret}}}}\n`,
  );
  const check = secrets("check");
  const refused = spawnSync(
    process.execPath,
    [join(copy.root, "tools", "mybinder.mjs"), "rehearse", "hetzner-gesis", "--charts", "stand-ins"],
    { encoding: "utf8" },
  );
  writeFileSync(file, before);
  expect(check.code).toBe(1);
  expect(check.stdout).toContain(
    "Pulumi.hetzner-gesis.yaml: mybinder:overrides[0].values.networkPolicy.egress.bannedIps is encrypted, but Pulumi's state holds it in clear",
  );
  expect(check.stdout).toContain("npx mybinder secrets set bannedEgress --stack hetzner-gesis --file FILE\n");
  expect(check.stdout).toContain("mybinder:overrides[0].values.grafana.own is encrypted");
  expect(refused).toMatchObject({ status: 2, stdout: "" });
  expect(refused.stderr).toContain("mybinder:overrides[0].values.grafana.own: found an encrypted value");
  expect(`${check.stdout}${check.stderr}${refused.stderr}`).not.toContain("hunter2");
});

test("missing lists each with its command and exits with 1; a stack without gaps exits with 0", () => {
  const { code, stdout } = secrets("missing", "staging");
  expect(code).toBe(1);
  expect(stdout).toContain("npx mybinder secrets set registryUsername --stack staging --file FILE");
  expect(secrets("missing", "local")).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("list has ages and ends; what has ended fails the check, what ends soon is called out", () => {
  const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const record = (set: number, expires: number): string =>
    `{set: "${day(set)}", ciphertext: "${ciphertextDigest("AAAA")}", expires: "${day(expires)}", credentials: []}`;
  for (const [stack, expires] of [
    ["hetzner-2i2c", -3],
    ["hetzner-gesis", 20],
  ] as const) {
    appendFileSync(
      join(copy.root, `Pulumi.${stack}.yaml`),
      `  mybinder:kubeconfig: {secure: AAAA}\n  mybinder:secretRecords: {kubeconfig: ${record(-345, expires)}}\n`,
    );
  }
  const rows = JSON.parse(secrets("list", "hetzner-2i2c", "--json").stdout) as { key: string }[];
  expect(rows.find(({ key }) => key === "kubeconfig")).toMatchObject({
    state: "set",
    since: day(-345),
    ageDays: 345,
    expires: day(-3),
    expiresInDays: -3,
  });
  expect(secrets("list", "hetzner-2i2c").stdout).toContain(`345 days old  administrator's access`);
  expect(secrets("list", "hetzner-2i2c", "--users").stdout).toContain(
    `the program, to reach the cluster  EXPIRED 3 days ago (${day(-3)})`,
  );
  const { stdout, stderr } = secrets("check");
  expect(stdout).toContain(`Pulumi.hetzner-2i2c.yaml: mybinder:kubeconfig ended on ${day(-3)}\n`);
  expect(stderr).toContain(
    "kubeconfig of hetzner-gesis ends in 20 days: npx mybinder secrets rotate kubeconfig --stack hetzner-gesis\n",
  );
});

test("rotate marks a generated secret, and only with --force one whose new value alone breaks something", () => {
  expect(secrets("rotate", "harbor-database", "--stack", "hetzner-gesis")).toMatchObject({
    code: 1,
    stdout: "",
  });
  const forced = secrets("rotate", "harbor-database", "--stack", "hetzner-gesis", "--force");
  expect(forced.code).toBe(0);
  expect(forced.stdout).toMatch(
    /^1\. pulumi up --stack hetzner-gesis {3}# Harbor cannot log in.*\n2\. by hand: /,
  );
  const text = readFileSync(join(copy.root, "Pulumi.hetzner-gesis.yaml"), "utf8");
  expect(text).toMatch(/mybinder:secretRotations:\n {4}harbor-database: "\d{4}-\d\d-\d\d"\n/);
  expect(secrets("rotate", "proxy-token", "--stack", "prod")).toMatchObject({ code: 2, stdout: "" });
  const given = JSON.parse(secrets("rotate", "kubeconfig", "--stack", "staging", "--json").stdout) as {
    edited: boolean;
    steps: string[];
  };
  expect(given.edited).toBe(false);
  expect(given.steps[1]).toBe("npx mybinder secrets set kubeconfig --stack staging --file FILE");
});

test("who names provider and holders of each stack, and the command where the provider is not the wanted one", () => {
  const { code, stdout } = secrets("who", "prod");
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^prod: none yet, but secret\/access\.yaml says gcpkms:\/\/\S+\/prod\n {2}pulumi stack init prod --secrets-provider /,
  );
  expect(stdout).toMatch(/binder-team \(team, binder-team@googlegroups\.com\): operates mybinder\.org/);
});

test("check demands the same buildTokenSecret of every member of a federation, and refuses it to another one's", () => {
  const own = projectCopy();
  const files = ["bids-ovh", "hetzner-2i2c", "hetzner-gesis", "staging"].map((stack) => ({
    stack,
    file: join(own.root, `Pulumi.${stack}.yaml`),
  }));
  const texts = files.map(({ file }) => readFileSync(file, "utf8"));
  /** What check says of the secret when the stacks have these values: the fingerprint's digit, "" for none, or another secret. */
  const said = (...values: (string | undefined)[]): string[] => {
    for (const [index, { file }] of files.entries()) {
      const value = values[index];
      const key = value === "" ? "zulip" : "buildTokenSecret";
      const credentials = `["${(value === "" ? "f" : (value ?? "")).repeat(32)}"]`;
      const record = `{set: "2026-11-26", ciphertext: "${ciphertextDigest("AAAA")}", credentials: ${credentials}}`;
      const more = `  mybinder:${key}: {secure: AAAA}\n  mybinder:secretRecords: {${key}: ${record}}\n`;
      writeFileSync(file, `${texts[index] ?? ""}${value === undefined ? "" : more}`);
    }
    const { stdout } = spawnSync(
      process.execPath,
      [join(own.root, "tools", "mybinder.mjs"), "secrets", "check", "--json"],
      { encoding: "utf8" },
    );
    const problems = JSON.parse(stdout) as { problem: string }[];
    const about = problems.map(({ problem }) => problem);
    return about.filter((problem) => problem.includes("buildTokenSecret") && !problem.endsWith("is unused"));
  };
  expect(said("0", "0", "0")).toEqual([]);
  expect(said("0", "0", undefined)).toEqual([]);
  expect(said("0", "1", "0")).toEqual([
    "buildTokenSecret differs within a federation: on bids-ovh and hetzner-gesis, and on the other side hetzner-2i2c; " +
      "each side refuses launches from the other's pages",
  ]);
  expect(said("0", "0", "")).toEqual([
    "buildTokenSecret is on bids-ovh and hetzner-2i2c of the same federation, and not on hetzner-gesis",
  ]);
  expect(said("0", "0", "0", "0")).toEqual([
    "the same credential is on bids-ovh buildTokenSecret and hetzner-2i2c buildTokenSecret and hetzner-gesis buildTokenSecret " +
      "and staging buildTokenSecret",
  ]);
  own.remove();
});
