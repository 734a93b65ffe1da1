import { parseNetwork } from "../../../../model/federation/bans/network";
import { privateNetwork } from "../../../../model/federation/bans/privateNetworks";
import type { Finding } from "../diagnosis";
import { ask, type Target } from "./target";

/** Last lines of each replica of Traefik that are looked at. */
const LINES = 300;
/** Requests from which on it is no chance that none came from outside. */
const ENOUGH = 20;

/**
 * Whether Traefik sees the addresses of clients, by its access log: bans, and the reports of abuse, go by them. Rejects with
 * kubectl's words where the log cannot be read.
 */
export async function readClientFindings(target: Target): Promise<Finding[]> {
  const { name } = target.stack;
  const pods = `app.kubernetes.io/name=traefik,app.kubernetes.io/instance=${name}-${name}`;
  const which = ["--namespace", name, "--selector", pods, `--tail=${String(LINES)}`];
  return clientFindings(target, await ask(target, "logs", ...which));
}

/** `log`: lines of Traefik's access log in its common format, among others. */
export function clientFindings({ stack, kubectlCommand }: Target, log: string): Finding[] {
  const clients = log.split("\n").flatMap((line) => /^([0-9a-f.:]+) - \S+ \[/.exec(line)?.[1] ?? []);
  if (clients.length < ENOUGH || clients.some(isPublic)) return [];
  const counts = new Map<string, number>();
  for (const client of clients) counts.set(client, (counts.get(client) ?? 0) + 1);
  const [most = ""] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  const requests = `of the last ${String(clients.length)} requests at Traefik none came from a public address, most from ${most}`;
  const found = `${requests}: if people use the stack, bans of clients do nothing`;
  const fix = kubectlCommand("describe", "service", "cluster-entrypoint", "--namespace", stack.name);
  return [
    {
      level: "warning",
      about: "clients' addresses",
      found,
      fix: `${fix}   # docs/bans.md, "Clients' addresses"`,
    },
  ];
}

function isPublic(address: string): boolean {
  const network = parseNetwork(address);
  return network !== undefined && privateNetwork(network) === undefined;
}
