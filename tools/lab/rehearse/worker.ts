import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { checkObjects } from "./checkObjects";
import { rehearsalEngine } from "./engine";
import type { ClusterAccess } from "../../ground/cluster/kubectl";
import type { Message } from "./messages";
import type { Placed } from "./references/dangling";

/** What the command hands to the process that runs one stack's program. */
export interface WorkerOrder {
  readonly root: string;
  readonly stack: string;
  /** Config as Pulumi would hand it to the program: `mybinder:<key>` to text. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  readonly access: ClusterAccess;
  readonly rolloutTimeout: number;
  readonly seed: string;
  readonly commands: string;
}

const PROJECT = "mybinder";

function send(message: Message): void {
  process.send?.(message);
}

let failed = false;
let logged = false;

// Where there is no engine, the SDK writes to the console what the engine would show of `pulumi.log`.
console.warn = (line: string): void => {
  send({ kind: "progress", text: line.replace("[runtime] ", "") });
};
// The engine ends a run in which an error was logged as failed.
console.error = (line: string): void => {
  logged = true;
  console.warn(line);
};

/** Runs the program, unchanged, with the rehearsal's engine behind the SDK, and says how it ended. */
async function work({ root, stack, config, secretKeys, ...options }: WorkerOrder): Promise<void> {
  process.chdir(join(root, "program"));
  const placed: Placed[] = [];
  const engine = rehearsalEngine({
    ...options,
    send: (message) => {
      failed ||= message.kind === "failed";
      send(message);
    },
    place: (one) => placed.push(one),
  });
  await pulumi.runtime.setMocks(engine, PROJECT, stack, false);
  pulumi.runtime.setAllConfig({ ...config }, [...secretKeys]);
  createRequire(__filename)(resolve(root, "index.ts"));
  await pulumi.runtime.disconnect();
  if (failed) return;
  const { problems, notices } = await checkObjects(options.access, placed);
  failed = problems.length > 0;
  for (const text of problems) send({ kind: "problem", text });
  for (const text of notices) send({ kind: "notice", text });
}

function finish(problem?: unknown): void {
  const ok = problem === undefined && !failed && !logged;
  const text =
    problem instanceof Error ? problem.message : problem === undefined ? undefined : JSON.stringify(problem);
  process.send?.(
    { kind: "done", ok, ...(text !== undefined && !failed && { problem: text }) } satisfies Message,
    () => {
      process.exit(ok ? 0 : 1);
    },
  );
}

// A registration that failed rejects the outputs of everything behind it; the first reason has been sent already.
process.on("unhandledRejection", finish);
process.on("disconnect", () => process.exit(1));
process.once("message", (order: WorkerOrder) => {
  work(order).then(() => {
    finish();
  }, finish);
});
