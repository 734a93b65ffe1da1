import { isIP } from "node:net";
import { Command, InvalidArgumentError } from "commander";
import { isDeployed, lifecycleOf } from "../../model/member/lifecycle";
import { type DnsRecord, dnsRecords } from "../../model/member/dnsRecords";
import type { Stack } from "../../model/stack/config";
import { publicStacks } from "../ground/stackFile/publicStacks";
import { loadStackFile } from "../ground/stackFile/stacks";
import { tableText } from "../ground/terminal/columns";
import { checkDns, type DnsFinding, type StackRecords } from "../operate/dns/check";
import { resolver } from "../operate/dns/resolver";

interface Options {
  readonly check?: true;
  readonly resolver?: string;
  readonly json?: true;
}

/** `mybinder dns`: the records of the public hosts; with `--check`, whether resolvers know them. */
export function dnsCommand(): Command {
  return new Command("dns")
    .description(
      "List the DNS records that the public hosts of stacks need (default: every stack that is deployed on a cluster of its own);\n" +
        "reads only the stack files. The addresses that a deploy made: pulumi stack output dnsRecords --stack STACK",
    )
    .argument("[stacks...]")
    .option(
      "--check",
      "compare with what name servers say; ends with 1 when a host leads elsewhere or nowhere",
    )
    .option("--resolver <address>", "name server to ask; default: this machine's", address)
    .option("--json", "print as JSON")
    .action(async (names: string[], options: Options) => {
      const named = names.length > 0 ? names.map((name) => loadStackFile(name).stack) : deployed();
      const stacks = named.map(({ name, config }) => ({ stack: name, records: dnsRecords(config) }));
      process.exitCode = options.check ? await check(stacks, options) : list(stacks, options);
    });
}

/** Stacks whose hosts have to have records: `local` and its kind run on the cluster of whoever asks. */
function deployed(): Stack[] {
  return publicStacks().filter(({ config }) => isDeployed(lifecycleOf(config)));
}

function list(stacks: readonly StackRecords[], { json }: Options): number {
  const rows = stacks.flatMap(({ stack, records }) =>
    records.map((record) => ({ stack, ...record, value: record.value ?? null })),
  );
  process.stdout.write(
    json
      ? `${JSON.stringify(rows, undefined, 2)}\n`
      : tableText([["STACK", "NAME", "TYPE", "TTL", "MADE BY", "VALUE"], ...rows.map(cells)]),
  );
  return 0;
}

type Row = Omit<DnsRecord, "value"> & { readonly stack: string; readonly value: string | null };

function cells({ stack, name, type, ttl, made, value, address: words }: Row): string[] {
  return [stack, name, type, String(ttl), made ? "pulumi" : "hand", value ?? words];
}

async function check(stacks: readonly StackRecords[], { resolver: server, json }: Options): Promise<number> {
  const resolve = resolver(server);
  const findings = (await Promise.all(stacks.map((stack) => checkDns(stack, resolve)))).flat();
  process.stdout.write(json ? `${JSON.stringify(findings, undefined, 2)}\n` : tableText(findings.map(line)));
  return findings.some(({ problem }) => problem !== undefined) ? 1 : 0;
}

function line({ stack, host, found, problem }: DnsFinding): string[] {
  return [problem === undefined ? "ok" : "WRONG", stack, host, problem ?? found.join(", ")];
}

function address(text: string): string {
  const bare = text.replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
  if (isIP(bare) === 0) {
    throw new InvalidArgumentError("allowed: an address such as 8.8.8.8 or 127.0.0.1:5353.");
  }
  return text;
}
