import type { Lifecycle } from "../../../model/schema/lifecycles";
import { ROOT } from "../../ground/root";
import { run } from "../../ground/terminal/run";
import { stackMatrix } from "../../ground/stackFile/stackMatrix";
import { type Finding } from "./diagnosis";
import { spanText } from "./text";

/** The stacks that are not active, so that nobody forgets them. */
export async function lifecycleFindings(stacks: readonly string[], now: Date): Promise<Finding[]> {
  const resting = stackMatrix().filter(
    ({ stack, lifecycle }) => stacks.includes(stack) && lifecycle !== "active",
  );
  return Promise.all(
    resting.map(async ({ stack, lifecycle }) =>
      lifecycleFinding(stack, lifecycle, await changedAt(ROOT, stack), now),
    ),
  );
}

const NEXT: Readonly<Record<Lifecycle, (stack: string) => string>> = {
  active: (stack) => `npx mybinder members lifecycle ${stack} active`,
  draining: (stack) =>
    `npx mybinder members lifecycle ${stack} active   # or paused, when its sessions have ended`,
  paused: (stack) => `npx mybinder members lifecycle ${stack} active   # or gone`,
  gone: (stack) => `npx mybinder members retire ${stack}`,
};

/** `since`: when it became so; `undefined`: not known. */
export function lifecycleFinding(
  stack: string,
  lifecycle: Lifecycle,
  since: Date | undefined,
  now: Date,
): Finding {
  const long = since
    ? `for ${spanText(now.getTime() - since.getTime())}`
    : "since an unknown time: it is not committed, or the git history is shallow";
  const found = `${lifecycle} ${long}`;
  return { level: "warning", about: `stack ${stack}`, found, fix: NEXT[lifecycle](stack) };
}

/** When the lifecycle of a committed stack file was changed last; `undefined` where git cannot tell. */
export async function changedAt(root: string, stack: string): Promise<Date | undefined> {
  const file = `Pulumi.${stack}.yaml`;
  const git = async (...args: string[]): Promise<string | undefined> => {
    const ended = await run("git", ["-C", root, ...args]).catch(() => undefined);
    return ended?.code === 0 ? ended.stdout.trim() : undefined;
  };
  const shallow = await git("rev-parse", "--is-shallow-repository");
  if (shallow !== "false" || (await git("diff", "HEAD", "--name-only", "--", file)) !== "") return undefined;
  const time = await git("log", "-1", "--format=%cI", "-Gmybinder:lifecycle:", "--", file);
  return time ? new Date(time) : undefined;
}
