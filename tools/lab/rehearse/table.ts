import type { ChartOrigin } from "../../ground/cluster/charts";
import { columns } from "../../ground/terminal/columns";
import type { Registration } from "./messages";
import type { StackResult } from "./rehearse";

/** Whatever prints it: the kinds of a component's objects fill lines, and nobody greps them. */
const WIDTH = 80;

/** A rehearsal's result for a person: a table of components, where the charts came from, and what went wrong. */
export function renderResult(result: StackResult): string {
  const { stack, ok, registrations, problems, notices, seconds, kubeconfig } = result;
  const rows = byComponent(registrations).map(([component, parts]) => [
    component === "" ? "(stack)" : component,
    actions(parts),
    parts.reduce((sum, part) => sum + part.seconds, 0).toFixed(1),
    kinds(parts),
  ]);
  return [
    `${stack}: ${ok ? "ok" : "FAILED"}, ${summary(registrations)}, ${seconds.toFixed(1)} s`,
    ...columns([["component", "resources", "seconds", "objects"], ...rows], [2], WIDTH - 2).map(
      (line) => `  ${line}`,
    ),
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
