import { tableText } from "../../ground/terminal/columns";
import { LOG_FIELDS as FIELDS } from "../../../model/values/logs";
import { SESSION_CONTAINER } from "./request";

/** A line of the store, or a row of what a query computed: values by field. */
export type LogLine = Readonly<Record<string, string>>;

/** What the store puts where a program logged JSON without a message. */
const NO_MESSAGE = "missing _msg field";

/** The lines that the store answered, the oldest first: it sends the newest first, or in any order. Throws on what is no line. */
export function linesIn(answer: string): LogLine[] {
  const lines = answer
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as LogLine);
  // a query with a pipe has its own order
  if (!lines.every((line) => line["_time"] !== undefined)) return lines;
  return lines
    .map((line, index) => ({ line, index, time: sortable(line["_time"] ?? "") }))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : b.index - a.index))
    .map(({ line }) => line);
}

/**
 * A line for people: time, pod and container, message. Programs of strangers wrote the message, so that control characters, which a
 * terminal would obey, are shown as escapes.
 */
export function lineText(line: LogLine): string {
  const time = line["_time"];
  const shown = time === undefined ? [JSON.stringify(line)] : [time, placeOf(line), messageOf(line)];
  return shown.map(visible).join("  ");
}

/** Who wrote most, as a table. */
export function statsText(lines: readonly LogLine[]): string {
  if (lines.length === 0) return "no logs\n";
  const cells = lines.map((line) => [
    line["lines"] ?? "",
    ((Number(line["bytes"]) || 0) / 1e6).toFixed(1),
    ...[FIELDS.namespace, FIELDS.pod, FIELDS.client, FIELDS.repository].map((field) =>
      visible(
        (field === FIELDS.client && line[FIELDS.container] !== SESSION_CONTAINER ? "" : line[field]) ?? "",
      ),
    ),
  ]);
  return tableText([["lines", "MB", "namespace", "pod", "client", "repository"], ...cells], [0, 1]);
}

/** The store leaves out zeros at the end of nanoseconds: with them, times sort as text. */
function sortable(time: string): string {
  const [, seconds = "", fraction = ""] = /^([^.Z]*)\.?(\d*)Z$/.exec(time) ?? [];
  return `${seconds}.${fraction.padEnd(9, "0")}`;
}

function placeOf(line: LogLine): string {
  return `${line[FIELDS.pod] ?? "?"}/${line[FIELDS.container] ?? "?"}`;
}

function messageOf(line: LogLine): string {
  const message = line["_msg"] ?? "";
  if (message !== "" && !message.startsWith(NO_MESSAGE)) return message;
  const own = Object.entries(line).filter(([field]) => !/^(_|kubernetes\.)/.test(field));
  return JSON.stringify(Object.fromEntries(own));
}

function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === "\t" ? character : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
