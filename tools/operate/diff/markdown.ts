import type { DiffReport, StackDiff } from "./report";
import { changeLines, counts } from "./text";

/** A diff as Markdown: a line for each stack, and the changes of each folded. */
export function diffMarkdown({ left, right, charts, stacks }: DiffReport): string {
  const from = charts === undefined ? "" : `, with ${inText(charts)}`;
  return [
    `From \`${inCode(left)}\` to \`${inCode(right)}\`${from}`,
    "",
    ...stackTable(stacks),
    ...stacks.flatMap(foldedChanges),
  ].join("\n");
}

/** The line of each stack, as a table. */
export function stackTable(stacks: readonly StackDiff[]): string[] {
  const rows = stacks.map((diff) => {
    const restarts = diff.restarts.map((one) => `**restarts ${inText(one)}**`).join(", ");
    return `| ${inText(diff.stack)} | ${counts(diff)} | ${restarts} |`;
  });
  return ["| Stack | Objects | Restarts |", "|---|---|---|", ...rows, ""];
}

/** The changes of a stack, folded; nothing when there are none. */
export function foldedChanges(diff: StackDiff): string[] {
  const lines = changeLines(diff);
  if (lines.length === 0) return [];
  return [
    `<details><summary>${inText(diff.stack)}: ${counts(diff)}</summary>`,
    "",
    ...fenced(lines, "diff"),
    "",
    "</details>",
    "",
  ];
}

/** Lines in a fence that nothing in them can end. */
export function fenced(lines: readonly string[], language = ""): string[] {
  const longest = lines
    .flatMap((line) => line.match(/`+/g) ?? [])
    .reduce((most, run) => Math.max(most, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...lines.flatMap((line) => line.split(/[\r\n]+/)), fence];
}

/** Text that says nothing to Markdown or HTML, and calls nobody. */
export function inText(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[&<>\\`*_{}[\]()#+!|~@:/]/g, (found) => `&#${String(found.charCodeAt(0))};`);
}

function inCode(text: string): string {
  return text.replace(/[`\s]+/g, " ");
}
