/** Ports of a federation proxy on 127.0.0.1. */
export interface ProxyPorts {
  /** HAProxy's for the public. */
  readonly http: number;
  /** HAProxy's for probes and metrics. */
  readonly admin: number;
  readonly agent: number;
}

/** The ConfigMaps of the federation proxy, as they are deployed. */
export interface ProxyConfigMaps {
  readonly proxy: Readonly<Record<string, string>>;
  readonly agent: Readonly<Record<string, string>>;
}

/** Where the pod's containers share a folder; here both programs run in it. */
const SHARED = "/var/run/federation/";

/**
 * The files of a federation proxy's pod, for one on this machine: all are in the folder that both programs run in, they listen
 * on loopback, and the agent asks the API server at `server`. Throws where the deployed files are of another form.
 */
export function filesOnLoopback(
  { proxy, agent }: ProxyConfigMaps,
  { http, admin, agent: agentPort }: ProxyPorts,
  server: string,
): Record<string, string> {
  const config = replaced(proxy["haproxy.cfg"] ?? "", [
    ["bind :8080 ", `bind 127.0.0.1:${String(http)} `],
    ["bind :8405 ", `bind 127.0.0.1:${String(admin)} `],
    ["server agent 127.0.0.1:8406 ", `server agent 127.0.0.1:${String(agentPort)} `],
    [SHARED, ""],
  ]);
  const known = JSON.parse(proxy["agent.json"] ?? "{}") as object;
  const own = { apiServer: server, statusUrl: `http://127.0.0.1:${String(admin)}` };
  return { ...proxy, ...agent, "haproxy.cfg": config, "agent.json": JSON.stringify({ ...known, ...own }) };
}

function replaced(text: string, changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) {
      throw new Error(`haproxy.cfg of the deployed ConfigMap has no "${from.trim()}"`);
    }
    return changed.replaceAll(from, to);
  }, text);
}
