import type { JupyterServer } from "../apps/synthetic-launcher/server";
import { type LiveLine, lineOf } from "./check";
import { runInKernel } from "./kernel";

/**
 * What a user's code can do. The hub is the control: a server that reaches nothing at all proves nothing about the rest.
 * Without KUBERNETES_SERVICE_HOST there is no cluster, and nothing to reach.
 */
const CODE = `
import json, os, socket
from urllib.parse import urlsplit
def reaches(host, port):
    try:
        socket.create_connection((host, port), timeout=3).close()
        return True
    except OSError:
        return False
hub = urlsplit(os.environ.get("JUPYTERHUB_API_URL", "http://localhost:1"))
api = os.environ.get("KUBERNETES_SERVICE_HOST", "kubernetes.default.svc")
print(6 * 7)
print(json.dumps({
    "hub": reaches(hub.hostname, hub.port or 80),
    "metadata": reaches("169.254.169.254", 80),
    "apiServer": reaches(api, int(os.environ.get("KUBERNETES_SERVICE_PORT", "443"))),
}))
`;

/** Whether a server's kernel calculates, and what its network keeps it from. Never rejects. */
export async function insideLines(
  at: string,
  server: JupyterServer,
  limitSeconds: number,
): Promise<Readonly<Record<"kernel" | "network", LiveLine>>> {
  const { host } = new URL(server.url);
  const printed = await runInKernel(server, CODE, limitSeconds).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  const kernel = await lineOf({ check: "kernel", at, run: () => run(() => calculated(host, printed)) });
  if (kernel.outcome === "FAIL") {
    const network = { check: "network", at, outcome: "skip" as const, found: "no kernel to look from" };
    return { kernel, network };
  }
  return {
    kernel,
    network: await lineOf({ check: "network", at, run: () => run(() => kept(host, printed)) }),
  };
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
  const wanted = '{"hub": true, "metadata": false, "apiServer": false}';
  if (told === wanted) return `${host}: reaches the hub, neither 169.254.169.254 nor the API server`;
  throw new Error(
    `${host}: found ${told.slice(0, 100) || "nothing"}; expected of what a user's code reaches: ${wanted}`,
  );
}
