import { z } from "zod";
import { foldedChanges, inText, stackTable } from "../diff/markdown";
import { diffReportSchema } from "../diff/report";

const rehearsal = z.strictObject({
  stack: z.string().max(100),
  ok: z.boolean(),
  /** "112 objects, no change" */
  summary: z.string().max(300),
  problems: z.array(z.string().max(4000)).max(100),
});

const pin = z.strictObject({ name: z.string().max(200), from: z.string().max(100), to: z.string().max(100) });

/**
 * What the workflow of a pull request hands to the one that comments. The first runs the code of a fork, so the second
 * believes nothing but this shape, and shows every text as text.
 */
export const previewSchema = z.strictObject({
  diff: diffReportSchema,
  rehearsals: z.array(rehearsal).max(200),
  /** Charts whose version the pull request changes. */
  charts: z.array(pin).max(100),
});

export type Preview = z.infer<typeof previewSchema>;
export type ChartChange = z.infer<typeof pin>;

/** GitHub takes 65,536 characters. */
const MOST_CHARACTERS = 60_000;

/** The comment about a preview, as Markdown. What is too long is left out, and `link` says where all of it is. */
export function previewMarkdown(
  { diff, rehearsals, charts }: Preview,
  link: string,
  most = MOST_CHARACTERS,
): string {
  const head = [
    "### What this change does",
    "",
    `Charts: ${inText(diff.charts ?? "not said")}. Secrets are placeholders and never shown.`,
    "",
    ...stackTable(diff.stacks),
    ...chartLines(charts),
    ...rehearsals.flatMap(rehearsalLines),
    "",
  ];
  const end = ["", `[Everything that this is about](${link})`, ""];
  const sections = [head, ...diff.stacks.map(foldedChanges)].map((lines) => lines.join("\n"));
  const kept: string[] = [];
  let room = most - end.join("\n").length - 400;
  let left = 0;
  for (const section of sections) {
    if (section.length + 1 <= room) kept.push(section);
    else left++;
    room -= section.length + 1 <= room ? section.length + 1 : 0;
  }
  if (left === 0) return [...kept, ...end].join("\n");
  const note = `**Left out, for they are too long: ${String(left)} parts.** They are in the summary of the run.`;
  return [...kept, "", note, ...end].join("\n");
}

function chartLines(charts: readonly ChartChange[]): string[] {
  if (charts.length === 0) return [];
  const rows = charts.map(({ name, from, to }) => `| ${inText(name)} | ${inText(from)} | ${inText(to)} |`);
  return ["| Chart | Before | After |", "|---|---|---|", ...rows, ""];
}

function rehearsalLines({ stack, ok, summary, problems }: Preview["rehearsals"][number]): string[] {
  const line = `- Rehearsal of ${inText(stack)}: ${ok ? "ok" : "**FAILED**"}, ${inText(summary)}`;
  return [line, ...problems.slice(0, 5).map((problem) => `  - ${inText(problem.slice(0, 500))}`)];
}
