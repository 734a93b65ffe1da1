import { isIP } from "node:net";
import type { StackConfig } from "../schema/stack";
import { parseYaml } from "../schema/plain/silentYaml";

interface Named {
  readonly name?: unknown;
  readonly cluster?: Readonly<Record<string, unknown>> | null;
  readonly context?: Readonly<Record<string, unknown>> | null;
  readonly user?: Readonly<Record<string, unknown>> | null;
}

/** Keys of a kubeconfig that name a local file; for each, another key can hold the content instead. */
const FILES = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/**
 * Why a stored kubeconfig would not work on another machine: no context, a context without its cluster or user, a server on
 * loopback, or references to local files. `undefined` when nothing is wrong. The text shows nothing of the kubeconfig but
 * its server's loopback name.
 */
export function kubeconfigProblem(text: string, config: StackConfig): string | undefined {
  const named = config.cluster.kind === "existing" ? config.cluster.context : undefined;
  const file = mapOf(text);
  const wanted = named ?? file["current-context"];
  if (typeof wanted !== "string" || wanted === "") {
    return "it has no current-context; set one: kubectl config use-context NAME --kubeconfig FILE";
  }
  const context = find(file["contexts"], wanted)?.context;
  if (!context) {
    const key = named === undefined ? "its current-context" : "mybinder:cluster.context";
    return `${key} names a context that the kubeconfig does not have; list its contexts: kubectl config get-contexts --kubeconfig FILE`;
  }
  const cluster = find(file["clusters"], context["cluster"])?.cluster;
  if (!cluster) return "its context names a cluster that the kubeconfig does not have";
  const user = find(file["users"], context["user"])?.user;
  if (!user) return "its context names a user that the kubeconfig does not have";
  const files = FILES.filter((key) => key in cluster || key in user);
  if (files.length > 0) {
    return (
      `it refers to local files (${files.join(", ")}), which other machines do not have; ` +
      "embed them: kubectl config view --raw --flatten --minify"
    );
  }
  return serverProblem(cluster["server"], config);
}

function serverProblem(server: unknown, { domain }: StackConfig): string | undefined {
  const url = typeof server === "string" && URL.canParse(server) ? new URL(server) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return "its server is not a URL such as https://host:6443";
  // a stack of this machine alone
  if (domain === "localhost" || domain.endsWith(".localhost") || !isLoopback(url.hostname)) return undefined;
  return (
    `its server is a loopback address (${url.hostname}), which works only on the cluster's own machine; ` +
    "allowed: the public name of the cluster's machine"
  );
}

/** Whether a URL's host is a loopback or wildcard address. */
function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) === 4) return host.startsWith("127.") || host === "0.0.0.0";
  if (isIP(host) === 6) return host === "::1" || host === "::" || /^::ffff:(7f[0-9a-f]{2}:|0:0$)/.test(host);
  return host === "localhost" || host.endsWith(".localhost");
}

function mapOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const file = parseYaml(text);
    return file !== null && typeof file === "object" ? (file as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function find(list: unknown, name: unknown): Named | undefined {
  if (!Array.isArray(list)) return undefined;
  return (list as (Named | null)[]).find((entry) => entry?.name === name) ?? undefined;
}
