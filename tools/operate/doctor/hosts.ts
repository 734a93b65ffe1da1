import { type DnsRecord, dnsRecords } from "../../../model/member/dnsRecords";
import { isDeployed, lifecycleOf } from "../../../model/member/lifecycle";
import type { Stack } from "../../../model/stack/config";
import { checkDns, type Resolve } from "../dns/check";
import { type PublicHost, publicHosts } from "../hosts/publicHosts";
import { clockFindings } from "./clock";
import { CannotTell, type Check, type Finding } from "./diagnosis";
import { type HostFinding, type HostReply, type HowAsked, lookAt } from "./host";

/** The public hosts of a stack, and how they are asked. */
export interface AskedHosts extends HowAsked {
  readonly hosts: readonly PublicHost[];
  readonly records: readonly DnsRecord[];
  readonly resolve: Resolve;
}

/** What the public sees of a stack: every host's address, certificate and redirect, and whose clock is right. Only asks. */
export function hostChecks(asked: AskedHosts): Check[] {
  const { stack } = asked;
  const looked = look(asked);
  looked.catch(() => undefined);
  return [
    {
      name: "public hosts",
      worst: "problem",
      otherwise: `npx mybinder dns ${stack} --check`,
      run: async () => (await looked).findings,
    },
    {
      name: "clock",
      worst: "problem",
      otherwise: "timedatectl status",
      run: async () => {
        const { replies } = await looked;
        const [first] = replies;
        if (!first) {
          const why = `no public host of ${stack} answered, so there is no time to compare with`;
          throw new CannotTell(why, "timedatectl status", {}, "warning");
        }
        return clockFindings(first.host, first, "timedatectl set-ntp true");
      },
    },
  ];
}

/** The checks of a stack whose hosts are public and should answer; none for others. */
export function hostChecksOf(
  stack: Stack,
  how: Pick<AskedHosts, "resolve" | "timeoutMs" | "now" | "kubectlCommand">,
): Check[] {
  const { name, config } = stack;
  // RFC 6761: such names never leave a machine
  if (config.domain.endsWith(".localhost") || !isDeployed(lifecycleOf(config))) return [];
  return hostChecks({ ...how, stack: name, hosts: publicHosts(stack), records: dnsRecords(config) });
}

interface Looked {
  readonly findings: readonly Finding[];
  readonly replies: readonly HostReply[];
}

async function look(asked: AskedHosts): Promise<Looked> {
  const dns = await dnsProblems(asked);
  // a host without an address is one finding, not three
  const here = asked.hosts.filter(({ host }) => !dns.some((one) => one.nowhere && one.host === host));
  const each = await Promise.all(here.map((host) => lookAt(host, asked)));
  const fix = `npx mybinder dns ${asked.stack} --check`;
  return {
    findings: together([
      ...dns.map(({ host, problem }): HostFinding => ({ host, level: "problem", found: problem, fix })),
      ...each.flatMap(({ findings }) => findings),
    ]),
    replies: each.flatMap(({ reply }) => reply ?? []),
  };
}

/** Hosts of which the same is found, as one finding: a domain that is gone takes twenty hosts with it. */
function together(findings: readonly HostFinding[]): Finding[] {
  const groups = new Map<string, HostFinding[]>();
  for (const one of findings) {
    const key = JSON.stringify([one.level, one.found, one.fix]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { host, ...finding } = first;
    const names = group.map((one) => one.host).join(", ");
    const about = group.length === 1 ? `host ${host}` : `${String(group.length)} hosts (${names})`;
    return [{ ...finding, about }];
  });
}

/** Throws when no name server answers at all: then nothing is known of the hosts. */
async function dnsProblems({
  stack,
  records,
  resolve,
}: AskedHosts): Promise<{ host: string; problem: string; nowhere: boolean }[]> {
  let answers = 0;
  const counting: Resolve = async (host, type) => {
    const addresses = await resolve(host, type);
    answers++;
    return addresses;
  };
  const found = await checkDns({ stack, records }, counting);
  const problems = found.flatMap(({ host, found: addresses, problem }) =>
    problem === undefined ? [] : [{ host, problem, nowhere: addresses.length === 0 }],
  );
  if (answers === 0 && problems[0]) throw new Error(problems[0].problem);
  return problems;
}
