import { setTimeout as sleep } from "node:timers/promises";
import { askBounded } from "../askBounded";
import { seconds } from "../clock";

/** A running Jupyter server, and the token that lets us in. */
export interface JupyterServer {
  readonly url: string;
  readonly token: string;
}

/** Between two questions to a server that is to come or to go. */
const PAUSE = 500;
const BOUNDS = { timeoutMs: 10_000, maxBytes: 64 << 10 };

/**
 * The server that a member's last event names. Undefined when it is none, or not of that member: whoever answers as a member
 * must not send us, with a token of its choice, to other hosts. It is on the member's host or below the same two last labels.
 */
export function serverOf(
  event: Readonly<Record<string, unknown>>,
  memberUrl: string,
): JupyterServer | undefined {
  const { url, token } = event;
  if (typeof url !== "string" || typeof token !== "string" || !/^[\w.~-]{1,256}$/.test(token)) {
    return undefined;
  }
  if (!URL.canParse(url)) return undefined;
  const [server, member] = [new URL(url), new URL(memberUrl)];
  const family = (name: string): string => (/[a-z]$/.test(name) ? name.split(".").slice(-2).join(".") : name);
  const ours = server.protocol === member.protocol && family(server.hostname) === family(member.hostname);
  if (!ours || server.search !== "" || server.username !== "" || !server.pathname.includes("/user/")) {
    return undefined;
  }
  return { url: server.href.replace(/\/?$/, "/"), token };
}

/** Resolves to whether the server answers within `limit` seconds. */
export async function answers(server: JupyterServer, limit: number, signal: AbortSignal): Promise<boolean> {
  return until(async () => (await status(server)) === 200, limit, signal);
}

/** Tells the server to shut down, and resolves to whether it has gone within `limit` seconds. */
export async function shutDown(server: JupyterServer, limit: number): Promise<boolean> {
  const never = new AbortController().signal;
  return until(
    async () => {
      await ask(server, "POST", "api/shutdown");
      // its route leads nowhere once it is gone
      return (await status(server)) !== 200;
    },
    limit,
    never,
  );
}

async function until(holds: () => Promise<boolean>, limit: number, signal: AbortSignal): Promise<boolean> {
  const end = seconds() + limit;
  for (;;) {
    if (await holds()) return true;
    if (seconds() > end || signal.aborted) return false;
    await sleep(PAUSE);
  }
}

function status(server: JupyterServer): Promise<number> {
  return ask(server, "GET", "api/status");
}

/** Status of the answer; 0 when there is none. */
async function ask({ url, token }: JupyterServer, method: string, path: string): Promise<number> {
  const question = { method, headers: { Authorization: `token ${token}` } };
  try {
    return (await askBounded(new URL(path, url), question, BOUNDS)).status;
  } catch {
    return 0;
  }
}
