import { setTimeout as sleep } from "node:timers/promises";
import { seconds } from "../clock";
import { ensureGarbageCollection } from "./garbage";
import { Refused, Unavailable } from "./harbor";
import { ensureMirrors } from "./mirrors";
import { ensureProject } from "./projects";
import { ensureRobots } from "./robots";
import type { Run } from "./run";

interface Health {
  readonly status: string;
  readonly components?: readonly { readonly name: string; readonly status: string }[];
}

/**
 * Makes Harbor what its configuration says. Asks first, and changes only what differs. Throws an Error with a message for an
 * operator when Harbor does not come up, or does not take our password.
 */
export async function apply(run: Run): Promise<void> {
  await waitUntilHealthy(run);
  for (const project of run.config.projects) {
    await run.persistently(() =>
      asAdmin(async () => {
        await ensureRobots(run, project, await ensureProject(run, project));
      }),
    );
  }
  await run.persistently(() => ensureGarbageCollection(run));
  await ensureMirrors(run);
}

async function asAdmin(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) throw error;
    throw new Error(
      "Harbor does not take the administrator's password of this deploy. Harbor keeps the password of its first start in " +
        "its database: change it there to the one of the Secret harbor-setup, key admin (docs/registry.md, Passwords)",
      { cause: error },
    );
  }
}

async function waitUntilHealthy(run: Run): Promise<void> {
  const until = seconds() + run.config.waitSeconds;
  for (;;) {
    const trouble = await troubleOf(run);
    if (trouble === undefined) return;
    if (seconds() >= until) {
      throw new Error(`Harbor is not healthy after ${String(run.config.waitSeconds)} s: ${trouble}`);
    }
    await sleep(Math.min(5000, Math.max(0, (until - seconds()) * 1000)));
  }
}

async function troubleOf({ harbor }: Run): Promise<string | undefined> {
  try {
    const { status, components = [] } = (await harbor.request<Health>("GET", "/health")).body;
    if (status === "healthy") return undefined;
    const ill = components.filter((component) => component.status !== "healthy").map(({ name }) => name);
    return `${ill.join(", ")} ${ill.length === 1 ? "is" : "are"} not`;
  } catch (error) {
    if (error instanceof Refused || error instanceof Unavailable) return error.message;
    throw error;
  }
}
