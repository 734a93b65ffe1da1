import { z } from "zod";
import { fenced, foldedChanges, inText, stackTable } from "../diff/markdown";
import { stackDiffSchema } from "../diff/report";
import { isOurs, openIssues, type Repository, write } from "./github";

const LABEL = "drift";
const MARKER = "<!-- mybinder drift -->";
const MOST_CHARACTERS = 60_000;

/** What a night found of one stack. */
export const driftSchema = z.strictObject({
  stack: z.string(),
  /** What Pulumi would do: nothing, something, or it could not say. */
  pulumi: z.enum(["none", "changes", "failed"]),
  /** The end of what it printed, unless it would do nothing. */
  output: z.string(),
  /** What differs in the cluster; left out when it was not compared. */
  live: stackDiffSchema.optional(),
  /** Why it was not compared. */
  problem: z.string().optional(),
});

export type Drift = z.infer<typeof driftSchema>;

/** Whether a stack is not as the program says, or nobody knows. */
export function hasDrift({ pulumi, live, problem }: Drift): boolean {
  return pulumi !== "none" || problem !== undefined || (live?.objects.length ?? 0) > 0;
}

/** Opens, updates or closes the one issue about drift; says what it did. */
export async function reportDrift(
  repository: Repository,
  drifts: readonly Drift[],
  link: string,
): Promise<string> {
  const found = drifts.filter(hasDrift);
  const open = (await openIssues(repository, LABEL)).find((issue) => isOurs(MARKER, issue));
  if (found.length === 0) {
    if (!open) return "no drift, and no issue about it";
    await write(repository, "POST", `issues/${String(open.number)}/comments`, {
      body: `No drift any more ([run](${link})).`,
    });
    await write(repository, "PATCH", `issues/${String(open.number)}`, { state: "closed" });
    return `closed issue ${String(open.number)}: no drift any more`;
  }
  const names = found.map(({ stack }) => stack).join(", ");
  const text = { title: `Drift in ${names}`.slice(0, 200), body: `${MARKER}\n${driftMarkdown(found, link)}` };
  if (!open) {
    await write(repository, "POST", "issues", { ...text, labels: [LABEL] });
    return `opened an issue: drift in ${names}`;
  }
  await write(repository, "PATCH", `issues/${String(open.number)}`, text);
  return `updated issue ${String(open.number)}: drift in ${names}`;
}

function driftMarkdown(drifts: readonly Drift[], link: string): string {
  const parts = drifts.map(({ stack, pulumi, output, live, problem }) =>
    [
      `#### ${inText(stack)}`,
      "",
      ...(problem === undefined ? [] : [`Not compared with its cluster: ${inText(problem)}`, ""]),
      ...(pulumi === "none"
        ? []
        : [
            `Pulumi: ${pulumi === "changes" ? "would change it" : "failed"}`,
            "",
            ...fenced(output.trim().split("\n")),
            "",
          ]),
      ...(live && live.objects.length > 0 ? [...stackTable([live]), ...foldedChanges(live)] : []),
    ].join("\n"),
  );
  const end = `\n[The run](${link}). To take a stack back to what the program says: \`pulumi up --refresh --stack STACK\`.\n`;
  const text = parts.join("\n");
  return text.length + end.length <= MOST_CHARACTERS
    ? `${text}${end}`
    : `Too long to be shown here; all of it is in the run: ${drifts.map(({ stack }) => inText(stack)).join(", ")}\n${end}`;
}
