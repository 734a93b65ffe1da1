import { createServer, type Server } from "node:http";
import { Worker } from "node:worker_threads";
import { seconds } from "../clock";
import { metric } from "../metrics";
import type { Published } from "./published";

/** How the supervisor runs the agent. */
export interface SupervisorOptions {
  /** File of the bundle; the worker runs the same one. */
  readonly script: string;
  readonly args: readonly string[];
  readonly host: string;
  readonly port: number;
  /** After which an agent that says nothing is ended and started again. */
  readonly silenceSeconds: number;
  /** Without a completed round after which this process calls itself dead: nothing that it can start again helps. */
  readonly stallSeconds: number;
  readonly log: (line: string) => void;
}

/**
 * Runs the agent in a thread, starts it again when it dies or hangs, and answers for it meanwhile. The container stays
 * up through all of that on purpose: a sidecar that is down makes Kubernetes take the whole pod out of service, HAProxy
 * and its good table with it.
 *
 * /healthz: this process answers. /livez: the agent has completed a round of requests lately, in whichever thread.
 */
export function supervise(options: SupervisorOptions): Server {
  let published: Published | undefined;
  let heard = seconds();
  let progress = seconds();
  let starts = 0;
  let worker: Worker;

  const start = (): void => {
    // of this thread: the next one counts from 0 again
    let rounds = 0;
    starts += 1;
    heard = seconds();
    worker = new Worker(options.script, {
      argv: [...options.args],
      resourceLimits: { maxOldGenerationSizeMb: 96 },
    });
    worker.on("message", (message: Published) => {
      heard = seconds();
      if (message.rounds > rounds) progress = heard;
      rounds = message.rounds;
      published = message;
    });
    worker.on("error", (error) => {
      options.log(
        `the agent failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    });
    worker.on("exit", () => {
      options.log("the agent ended; it is started again");
      setTimeout(start, 1000);
    });
  };
  start();
  setInterval(() => {
    if (seconds() - heard < options.silenceSeconds) return;
    options.log(`the agent said nothing for ${String(options.silenceSeconds)} s; it is ended`);
    heard = seconds();
    void worker.terminate();
  }, 1000).unref();

  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { "Content-Type": type }).end(body);
    };
    const path = request.url?.split("?")[0];
    if (path === "/healthz") answer(200, "text/plain", "ok\n");
    else if (path === "/livez") {
      const silent = seconds() - progress;
      answer(
        silent < options.stallSeconds ? 200 : 503,
        "text/plain",
        `last round ${silent.toFixed(0)} s ago\n`,
      );
    } else if (path === "/metrics") {
      const own = metric(
        "federation_agent_starts_total",
        "counter",
        "Starts of the agent in this container",
        [[{}, starts]],
      );
      answer(200, "text/plain; version=0.0.4; charset=utf-8", own + (published?.metrics ?? ""));
    } else if (path === "/active_hosts" && published) answer(200, "application/json", published.activeHosts);
    else if (path === "/status" && published) {
      // no script, nothing from elsewhere
      response.setHeader(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      );
      answer(200, "text/html; charset=utf-8", published.statusPage);
    } else if (path === "/status.json" && published) {
      response.setHeader("Access-Control-Allow-Origin", "*");
      answer(200, "application/json", published.statusJson);
    } else if (path === "/status" || path === "/status.json") answer(503, "text/plain", "not known yet\n");
    else if (path === "/active_hosts") answer(503, "text/plain", "not known yet\n");
    else answer(404, "text/plain", "not found\n");
  });
  return server.listen(options.port, options.host);
}
