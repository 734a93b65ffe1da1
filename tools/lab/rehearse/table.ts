import type { ChartOrigin } from "../../ground/cluster/charts";
import type { Registration } from "./messages";
import type { StackResult } from "./rehearse";

/** A rehearsal's result for a person: a table of components, where the charts came from, and what went wrong. */
export function renderResult(result: StackResult): string {
  const { stack, ok, registrations, problems, notices, seconds, kubeconfig } = result;
  const rows = byComponent(registrations).map(([component, parts]) => [
    component === "" ? "(stack)" : component,
    actions(parts),
    kinds(parts),
    parts.reduce((sum, part) => sum + part.seconds, 0).toFixed(1),
  ]);
  return [
    `${stack}: ${ok ? "ok" : "FAILED"}, ${summary(registrations)}, ${seconds.toFixed(1)} s`,
    ...columns([["component", "resources", "objects", "seconds"], ...rows]),
    `  charts: ${origins(result.charts)}`,
    ...(kubeconfig === undefined ? [] : [`  kubeconfig: ${kubeconfig}`]),
    ...notices.map((notice) => `  notice: ${notice}`),
    ...problems.map((problem) => `  problem: ${problem}`),
  ].join("\n");
}

/** How many objects there are, and how many resources changed. */
export function summary(registrations: readonly Registration[]): string {
  const objects = registrations
    .flatMap((one) => Object.values(one.objects))
    .reduce((sum, count) => sum + count, 0);
  const changed = changes(registrations);
  return `${String(objects)} objects, ${changed === 0 ? "no change" : `${String(changed)} resources changed`}`;
}

/** Resources that a rehearsal created or updated. */
export function changes(registrations: readonly Registration[]): number {
  return registrations.filter(({ action }) => action === "created" || action === "updated").length;
}

function byComponent(registrations: readonly Registration[]): [string, Registration[]][] {
  const groups = new Map<string, Registration[]>();
  for (const one of registrations) groups.set(one.component, [...(groups.get(one.component) ?? []), one]);
  return [...groups];
}

function actions(parts: readonly Registration[]): string {
  const counts = new Map<string, number>();
  for (const { action } of parts) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, count]) => `${String(count)} ${action}`).join(", ");
}

function kinds(parts: readonly Registration[]): string {
  const counts = new Map<string, number>();
  for (const { objects } of parts) {
    for (const [kind, count] of Object.entries(objects)) counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => (count === 1 ? kind : `${String(count)} ${kind}`))
    .join(", ");
}

function origins(charts: readonly ChartOrigin[]): string {
  const groups = new Map<string, string[]>();
  for (const { name, version, from } of charts) {
    groups.set(from, [...(groups.get(from) ?? []), `${name} ${version}`]);
  }
  return [...groups]
    .map(([from, names]) => `${String(names.length)} from ${ORIGIN[from as ChartOrigin["from"]]}`)
    .join(", ")
    .concat(" (npx mybinder charts list shows each)");
}

const ORIGIN: Record<ChartOrigin["from"], string> = {
  cache: "the cache",
  repository: "their repositories",
  "stand-in": "test/charts (STAND-INS, not the published charts)",
};

const WIDTH = 80;

/** Rows in columns; the third, the long one, is wrapped. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = [0, 1, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const [first = 0, second = 0, last = 0] = widths;
  const room = Math.max(30, WIDTH - first - second - last - 8);
  return rows.flatMap(([component = "", resources = "", objects = "", seconds = ""]) =>
    wrap(objects, room).map((line, index) => {
      const head = index === 0 ? [component, resources, seconds] : ["", "", ""];
      const [a = "", b = "", d = ""] = head;
      return `  ${a.padEnd(first)}  ${b.padEnd(second)}  ${d.padStart(last)}  ${line}`.trimEnd();
    }),
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
