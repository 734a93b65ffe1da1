import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { ProgramConfig } from "../../tools/lab/rehearse/config";
import { ROOT } from "../../tools/ground/root";
import { recordRegistrations, type Registered } from "./mocks";

/** Which program to run. */
export interface Order extends ProgramConfig {
  readonly stack: string;
}

/** What the program registered, or why it did not end well. */
export interface Answer {
  readonly registered?: Registered[];
  /** What it exports that is no promise: the stack's outputs that are known before a deploy. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly problem?: string;
}

const require = createRequire(__filename);

/** Runs the whole program under mocks, as if it were the first in this process, and gives every registration and output. */
async function run({ stack, config, secretKeys }: Order): Promise<Answer> {
  forgetProject();
  const registered = await recordRegistrations(stack, { ...config }, [...secretKeys]);
  const exported = Object.entries(require(join(ROOT, "index.ts")) as Record<string, unknown>);
  await pulumi.runtime.disconnect();
  // A rejection that nobody handles is told after the work at hand: it is this run's, not the next one's.
  await setImmediate();
  return {
    registered,
    outputs: Object.fromEntries(exported.filter(([, value]) => !pulumi.Output.isInstance(value))),
  };
}

/** What a module of the project remembers goes with it; the packages stay loaded. */
function forgetProject(): void {
  for (const file of Object.keys(require.cache)) {
    if (!file.includes(`${sep}node_modules${sep}`)) Reflect.deleteProperty(require.cache, file);
  }
}

function answer(answer: Answer): void {
  process.send?.(answer);
}

function fail(error: unknown): void {
  answer({ problem: error instanceof Error ? error.message : JSON.stringify(error) });
}

// An output that fails rejects the registrations behind it.
process.on("unhandledRejection", fail);
process.on("message", (order: Order) => {
  run(order).then(answer, fail);
});
