import type { JupyterServer } from "../apps/synthetic-launcher/server";
import { type LiveLine, lineOf } from "./check";
import { runInKernel } from "./kernel";

/** Python for a kernel: whether somebody takes connections at an address. */
const REACHES = `
import socket
def reaches(host, port):
    try:
        socket.create_connection((host, port), timeout=3).close()
        return True
    except OSError:
        return False
`;

/**
 * What a user's code can do. The hub is the control: a server that reaches nothing at all proves nothing about the rest.
 * Without KUBERNETES_SERVICE_HOST there is no cluster, and nothing to reach. The node is the default gateway of a pod, whose
 * kubelet listens at 10250: an address of a private range at which somebody is sure to listen. The last line is where other
 * servers would find this one, empty when it does not find itself there.
 */
const CODE = `${REACHES}
import json, os, struct
from urllib.parse import urlsplit
def gateway():
    try:
        for line in open("/proc/net/route").readlines()[1:]:
            fields = line.split()
            if fields[1] == "00000000" and int(fields[3], 16) & 2:
                return socket.inet_ntoa(struct.pack("<L", int(fields[2], 16)))
    except OSError:
        pass
    return "127.0.0.1"
hub = urlsplit(os.environ.get("JUPYTERHUB_API_URL", "http://localhost:1"))
api = os.environ.get("KUBERNETES_SERVICE_HOST", "kubernetes.default.svc")
print(6 * 7)
print(json.dumps({
    "hub": reaches(hub.hostname, hub.port or 80),
    "metadata": reaches("169.254.169.254", 80),
    "apiServer": reaches(api, int(os.environ.get("KUBERNETES_SERVICE_PORT", "443"))),
    "node": reaches(gateway(), 10250),
}))
try:
    own = socket.gethostbyname(socket.gethostname())
    port = urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL", "")).port or 8888
    print(f"{own}:{port}" if reaches(own, port) else "")
except OSError:
    print()
`;

/** What was found in a server, and where others would find it; `undefined` when it does not know. */
export interface Inside {
  readonly kernel: LiveLine;
  readonly network: LiveLine;
  readonly address: string | undefined;
}

/** Whether a server's kernel calculates, and what its network keeps it from. Never rejects. */
export async function lookInside(at: string, server: JupyterServer, limitSeconds: number): Promise<Inside> {
  const { host } = new URL(server.url);
  const printed = await runInKernel(server, CODE, limitSeconds).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  const kernel = await lineOf({ check: "kernel", at, run: () => run(() => calculated(host, printed)) });
  if (kernel.outcome === "FAIL") {
    const network = { check: "network", at, outcome: "skip" as const, found: "no kernel to look from" };
    return { kernel, network, address: undefined };
  }
  const [, , address = ""] = String(printed).split("\n");
  return {
    kernel,
    network: await lineOf({ check: "network", at, run: () => run(() => kept(host, printed)) }),
    address: /^[\d.]+:\d+$/.test(address) ? address : undefined,
  };
}

/** Whether a server reaches another one at `address`, as `address:port`. Rejects when its kernel does not say. */
export async function reaches(
  server: JupyterServer,
  address: string,
  limitSeconds: number,
): Promise<boolean> {
  const [host = "", port = ""] = address.split(":");
  const code = REACHES + `print("neighbour", reaches(${JSON.stringify(host)}, ${String(Number(port))}))\n`;
  const printed = await runInKernel(server, code, limitSeconds);
  const [, found] = /^neighbour (True|False)$/m.exec(printed) ?? [];
  if (found === undefined) throw new Error(`the kernel printed ${JSON.stringify(printed.slice(0, 60))}`);
  return found === "True";
}

function run(judge: () => string): Promise<string> {
  return Promise.resolve().then(judge);
}

function calculated(host: string, printed: string | Error): string {
  if (printed instanceof Error) throw new Error(`${host}: ${printed.message}`);
  const [sum = ""] = printed.split("\n");
  if (sum === "42") return `${host}: 6 * 7 is 42`;
  throw new Error(`${host}: 6 * 7 gave ${JSON.stringify(sum.slice(0, 60))}; expected: 42`);
}

function kept(host: string, printed: string | Error): string {
  const [, told = ""] = String(printed).split("\n");
  const wanted = '{"hub": true, "metadata": false, "apiServer": false, "node": false}';
  if (told === wanted) return `${host}: reaches the hub, not 169.254.169.254, the API server or its node`;
  throw new Error(
    `${host}: found ${told.slice(0, 100) || "nothing"}; expected of what a user's code reaches: ${wanted}`,
  );
}
