import { structuredPatch } from "diff";
import { type Difference, diffValues } from "../../../model/values/diffValues";
import { hasSecret, shown, shownText } from "./secrets";
import { LINE_CHARACTERS, type ValueDifference } from "./report";

/** Digests of what is elsewhere in the program: that they changed says nothing, and they may be of a secret. */
const CHECKSUM = /annotations\..*(checksum|hash|digest)/i;

const CONTEXT = 1;
const MOST_LINES = 60;

/** Every difference between two trees, as it may be shown. */
export function differencesOf(left: unknown, right: unknown): ValueDifference[] {
  return diffValues(left, right).map(shownDifference);
}

/** A difference without what may not be shown, and with lines in place of long texts and lists. */
export function shownDifference({ path, left, right }: Difference): ValueDifference {
  const at = shownText(path).slice(0, 1000);
  if (CHECKSUM.test(path)) return { path: at, hidden: "checksum" };
  const secret = hasSecret(left) || hasSecret(right) || path.includes("\uE000");
  const hidden = secret ? ({ hidden: "secret" } as const) : {};
  const [before, after] = [shown(left), shown(right)];
  if (secret && JSON.stringify(before) === JSON.stringify(after)) return { path: at, ...hidden };
  const [old, now] = [linesOf(before), linesOf(after)];
  if (old !== undefined && now !== undefined) return { path: at, ...hidden, lines: changedLines(old, now) };
  return {
    path: at,
    ...hidden,
    ...(before !== undefined && { left: cut(before) }),
    ...(after !== undefined && { right: cut(after) }),
  };
}

/** What is long or has parts, as lines; `undefined` for what fits in one. */
function linesOf(value: unknown): string | undefined {
  if (value === undefined) return "";
  if (Array.isArray(value)) {
    return value.map((one: unknown) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");
  }
  return typeof value === "string" && (value.includes("\n") || value.length > LINE_CHARACTERS)
    ? value
    : undefined;
}

function changedLines(old: string, now: string): string[] {
  const whole = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);
  const { hunks } = structuredPatch("", "", whole(old), whole(now), "", "", { context: CONTEXT });
  const lines = hunks.flatMap((hunk, index) => [...(index === 0 ? [] : [" …"]), ...aroundChange(hunk.lines)]);
  const more = lines.length - MOST_LINES;
  const kept = more > 1 ? [...lines.slice(0, MOST_LINES), ` … ${String(more)} more lines`] : lines;
  // texts that differ in no more than the newline at their end
  return kept.length === 0 ? [" (only white space at its end)"] : kept.map(cutLine);
}

/** Lines with their beginning left out where they are long and it is the same as in the line that they replace. */
function aroundChange(lines: readonly string[]): string[] {
  const old = lines.flatMap((line, index) => (line.startsWith("-") ? [index] : []));
  const now = lines.flatMap((line, index) => (line.startsWith("+") ? [index] : []));
  if (old.length !== now.length) return [...lines];
  const result = [...lines];
  for (const [index, at] of old.entries()) {
    const other = now[index] ?? at;
    const [before = "", after = ""] = [lines[at], lines[other]];
    const same = commonStart(before.slice(1), after.slice(1));
    if (Math.max(before.length, after.length) <= LINE_CHARACTERS || same < LINE_CHARACTERS / 2) continue;
    const from = same - LINE_CHARACTERS / 4;
    result[at] = `-…${before.slice(1 + from)}`;
    result[other] = `+…${after.slice(1 + from)}`;
  }
  return result;
}

function commonStart(one: string, two: string): number {
  let length = 0;
  while (length < one.length && one[length] === two[length]) length++;
  return length;
}

function cutLine(line: string): string {
  return line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)}…` : line;
}

function cut(value: unknown): unknown {
  if (typeof value === "string") return cutLine(value);
  const text = JSON.stringify(value);
  return text.length > LINE_CHARACTERS ? cutLine(text) : value;
}
