import { Command } from "commander";
import type { FederationMember } from "../../../model/federation/federationMember";
import { isDeployed } from "../../../model/member/lifecycle";
import { metricsUrl } from "../../../model/values/memberTargets";
import { tableText } from "../../ground/terminal/columns";
import { Failure } from "../../ground/terminal/failure";
import { numberBetween } from "../../ground/terminal/arguments";
import { checkEndpoints, type CheckResult } from "../../operate/members/conformance/checks";
import { checkPages } from "../../operate/members/conformance/pages";
import { toStderr } from "../../ground/terminal/report";
import { loadProxy } from "../../operate/traffic/change";

interface Options {
  readonly all?: true;
  readonly proxy: string;
  readonly timeout: number;
  readonly json?: true;
}

/** `mybinder members check`: checks a member's public endpoints. */
export function checkCommand(): Command {
  return new Command("check")
    .argument("[name]", "a member; may be run by others")
    .description(
      "Check a member's public hosts: certificate, http, versions, health, build events, badge, metrics, and whether it\n" +
        "accepts launches from the other members' pages. Launches nothing. Exits with 1 when a check fails.",
    )
    .option("--all", "check every member that is not paused")
    .option("--proxy <stack>", "the stack that answers for the federation", "prod")
    .option("--timeout <seconds>", "time limit for each answer", numberBetween(0.1, 600), 10)
    .option("--json", "print as JSON")
    .action(async (name: string | undefined, { all, proxy, timeout, json }: Options, command: Command) => {
      if ((name === undefined) !== (all ?? false)) {
        command.error("name one member, or use --all", { exitCode: 2 });
      }
      const federation = loadProxy(proxy).members;
      const members = chosen(federation, name);
      const others = (member: FederationMember): string[] =>
        federation.flatMap((one) => (one.name !== member.name && isDeployed(one.lifecycle) ? [one.url] : []));
      const results = await Promise.all(
        members.map(async (member) => ({
          member: member.name,
          checks: [
            ...(await checkEndpoints(
              { url: member.url, metricsUrl: metricsUrl(member), plainUrl: plainUrl(member) },
              { timeoutMs: timeout * 1000, now: new Date() },
            )),
            await checkPages(member.url, others(member), timeout * 1000),
          ],
        })),
      );
      process.stdout.write(
        json
          ? `${JSON.stringify(results, undefined, 2)}\n`
          : results.map(({ member, checks }) => table(member, checks)).join("\n"),
      );
      const bad = results.filter(({ checks }) => checks.some(({ ok }) => !ok)).map(({ member }) => member);
      if (bad.length > 0) throw new Failure(`failed checks: ${bad.join(", ")}`);
    });
}

function chosen(members: readonly FederationMember[], name: string | undefined): FederationMember[] {
  if (name !== undefined) {
    const one = members.filter((member) => member.name === name);
    if (one.length > 0) return one;
    throw new Failure(`no member ${name}; members: ${members.map((member) => member.name).join(", ")}`, 2);
  }
  return members.filter((member) => {
    if (!isDeployed(member.lifecycle)) toStderr(`skipped ${member.name}: it is ${member.lifecycle}`);
    return isDeployed(member.lifecycle);
  });
}

/** Where plain HTTP should lead to https; not known of a member on a port of its own. */
function plainUrl({ url }: FederationMember): string | undefined {
  const { protocol, port, hostname } = new URL(url);
  return protocol === "https:" && port === "" ? `http://${hostname}/` : undefined;
}

function table(member: string, checks: readonly CheckResult[]): string {
  const rows = checks.map(({ check, ok, found }) => [ok ? "  ok  " : "  FAIL", check, found]);
  return `${member}\n${tableText(rows)}`;
}
