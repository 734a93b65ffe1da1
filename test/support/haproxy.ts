import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type Agent, type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../tools/lab/controlPlane/ports";

/** A real HAProxy on loopback with a rendered configuration. */
export interface RunningHaproxy {
  readonly port: number;
  readonly adminPort: number;
  /** Where its files are: those of the ConfigMap, and what it shares with the agent. */
  readonly folder: string;
  readonly process: ChildProcess;
  /** Ends it, by its pid, and removes its files. */
  readonly stop: () => Promise<void>;
}

/** What a test wants of a HAProxy besides the ConfigMap's files. */
export interface HaproxyOptions {
  /** Changes the configuration. */
  readonly edit?: (config: string) => string;
  /** Puts more into the folder before HAProxy starts. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** More arguments; -W makes it a master that reloads on SIGUSR2. */
  readonly args?: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Starts HAProxy with the files of its ConfigMap. */
export async function startHaproxy(
  program: string,
  files: Readonly<Record<string, string>>,
  { edit = (config) => config, prepare, args = [] }: HaproxyOptions = {},
): Promise<RunningHaproxy> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), "mybinder-haproxy-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const config = join(folder, "haproxy.cfg");
  const onLoopback = (files["haproxy.cfg"] ?? "")
    .replace("bind :8080", `bind 127.0.0.1:${String(port)}`)
    .replace("bind :8405", `bind 127.0.0.1:${String(adminPort)}`)
    .replaceAll("/var/run/federation", folder);
  writeFileSync(config, edit(onLoopback));
  await prepare?.(folder);
  const child = spawn(program, [...args, "-db", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  await untilReady(child, adminPort, () => log);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(folder, { recursive: true });
  };
  return { port, adminPort, folder, process: child, stop };
}

async function untilReady(child: ChildProcess, adminPort: number, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) {
      throw new Error(`haproxy ended with code ${String(child.exitCode)}: ${log()}`);
    }
    const ready = await ask(adminPort, "/healthz").catch(() => undefined);
    if (ready?.status === 200) return;
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`haproxy did not get ready: ${log()}`);
}

/** One request, on a connection of its own unless there is an agent that keeps one. */
export function ask(
  port: number,
  path: string,
  {
    method = "GET",
    headers = {},
    agent = false,
  }: { method?: string; headers?: Record<string, string>; agent?: Agent | false } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.on("error", reject).end();
  });
}

/** Asks until the answer is as wanted; fails after five seconds with the last one. */
export async function askUntil(
  question: () => Promise<Answer>,
  wanted: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const answer = await question();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) {
      throw new Error(`still ${String(answer.status)} ${JSON.stringify(answer.headers)}`);
    }
    await sleep(50);
  }
}
