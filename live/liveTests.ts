import { checkEndpoints } from "../tools/operate/members/conformance/checks";
import { checkPages } from "../tools/operate/members/conformance/pages";
import { type LiveLine, runChecks } from "./check";
import { hostChecks } from "./hosts";
import { launchLines } from "./launches";
import type { LaunchPlan } from "./launchPlan";
import { monitoringChecks } from "./monitoring";
import type { LiveMember, LivePlan } from "./plan";
import { proxyChecks } from "./proxy";

/** How a stack is tried. */
export interface LiveOptions {
  /** For each answer. */
  readonly timeoutMs: number;
  readonly now: Date;
  /** Launches at each member, one after the other; the members at the same time. */
  readonly launches: readonly LaunchPlan[];
}

/** Tries a deployed stack as visitors would: its hosts, its proxy, its members, then launches. Never rejects. */
export async function liveTests(
  { hosts, dataSources, proxy, members, skipped }: LivePlan,
  { timeoutMs, now, launches }: LiveOptions,
): Promise<LiveLine[]> {
  const faces = await runChecks([
    ...hostChecks(hosts, timeoutMs, now),
    ...monitoringChecks(hosts, dataSources, timeoutMs),
    ...(proxy ? proxyChecks(proxy, timeoutMs) : []),
  ]);
  const conforming = await Promise.all(members.map((member) => memberLines(member, timeoutMs, now)));
  const launched = await Promise.all(
    members.map(async (member) => {
      const lines: LiveLine[] = [];
      for (const plan of launches) lines.push(...(await launchLines(member, plan)));
      return lines;
    }),
  );
  return [...faces, ...skipped, ...conforming.flat(), ...launched.flat()];
}

/** What `members check` looks at, except what is looked at for every host. */
async function memberLines(
  { name, url, metricsUrl, others }: LiveMember,
  timeoutMs: number,
  now: Date,
): Promise<LiveLine[]> {
  const results = [
    ...(await checkEndpoints({ url, metricsUrl, plainUrl: undefined }, { timeoutMs, now })),
    ...(others.length > 0 ? [await checkPages(url, others, timeoutMs)] : []),
  ];
  return results.map(({ check, ok, found }) => ({ check, at: name, outcome: ok ? "ok" : "FAIL", found }));
}
