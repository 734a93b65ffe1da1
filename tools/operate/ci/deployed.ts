import { z } from "zod";
import { columns } from "../../ground/terminal/columns";
import { run } from "../../ground/terminal/run";

const historySchema = z.array(
  z.looseObject({
    kind: z.string(),
    startTime: z.string(),
    result: z.string(),
    environment: z.record(z.string(), z.string()).optional(),
  }),
);

/** The last update of a stack, as Pulumi's backend has it. */
export interface Deployed {
  readonly stack: string;
  /** "succeeded", "failed", "in-progress", or why nobody knows. */
  readonly result: string;
  readonly time: string;
  /** Commit of the checkout that deployed it; `""` when it is not known. */
  readonly commit: string;
}

/** What was last deployed to each stack. A backend that does not answer is said, not thrown. */
export function deployedStates(stacks: readonly string[], pulumi = "pulumi"): Promise<Deployed[]> {
  return Promise.all(stacks.map((stack) => deployed(stack, pulumi)));
}

async function deployed(stack: string, pulumi: string): Promise<Deployed> {
  const args = ["stack", "history", "--stack", stack, "--page-size", "5", "--json"];
  const { code, stdout } = await run(pulumi, args).catch(() => ({ code: 127, stdout: "" }));
  const parsed = historySchema.safeParse(code === 0 && stdout.trim() !== "" ? JSON.parse(stdout) : undefined);
  const unknown = { stack, time: "", commit: "" };
  if (!parsed.success) return { ...unknown, result: "not known: pulumi stack history failed" };
  const last = parsed.data.find(({ kind }) => kind === "update");
  if (!last) return { ...unknown, result: "never deployed" };
  return { stack, result: last.result, time: last.startTime, commit: last.environment?.["git.head"] ?? "" };
}

/** What is deployed where, and the commands that take `commit` back from the stacks that have it. */
export function deployedText(states: readonly Deployed[], commit: string): string {
  const rows = states.map(({ stack, result, time, commit: at }) => [
    stack,
    at === commit ? "this commit" : at === "" ? "-" : at.slice(0, 12),
    result,
    time,
  ]);
  const having = states.filter((one) => one.commit === commit).map(({ stack }) => stack);
  const back =
    having.length === 0
      ? ["No stack has this commit: there is nothing to revert."]
      : [
          "To revert, the stack that serves the most first:",
          ...having.map((stack) => `  npx mybinder revert ${stack} --kubeconfig FILE`),
          `then, so that the next deploy does not bring it again: git revert ${commit.slice(0, 12)}`,
        ];
  return [...columns([["stack", "deployed", "result", "since"], ...rows]), "", ...back, ""].join("\n");
}
