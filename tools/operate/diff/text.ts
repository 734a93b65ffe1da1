import type { DiffReport, ObjectChange, StackDiff, ValueDifference } from "./report";

const SIGN = { added: "+", removed: "-", changed: "~" } as const;

/** A diff for a terminal. */
export function diffText(report: DiffReport): string {
  const { left, right, charts, stacks } = report;
  const from = charts === undefined ? "" : `, with ${charts}`;
  return [`From ${left} to ${right}${from}`, ...stacks.flatMap(stackLines), ""].join("\n");
}

/** One line about a stack: "1 added, 2 changed". */
export function counts({ objects }: StackDiff): string {
  const parts = (["added", "removed", "changed"] as const).flatMap((change) => {
    const many = objects.filter((one) => one.change === change).length;
    return many === 0 ? [] : [`${String(many)} ${change}`];
  });
  return parts.length === 0 ? "no change" : parts.join(", ");
}

function stackLines(diff: StackDiff): string[] {
  const { stack, restarts } = diff;
  const restart = restarts.length === 0 ? "" : `; restarts ${restarts.join(", ")}`;
  return [`${stack}: ${counts(diff)}${restart}`, ...changeLines(diff).map((line) => `  ${line}`)];
}

/** The changes of a stack, each line for itself. */
export function changeLines({ objects }: StackDiff): string[] {
  const labels = objects.filter(({ labelsOnly }) => labelsOnly === true);
  const lines = objects.filter(({ labelsOnly }) => labelsOnly !== true).flatMap(objectLines);
  if (labels.length === 0) return lines;
  return [
    ...lines,
    `~ ${String(labels.length)} objects: only the labels that name the version of their chart`,
  ];
}

function objectLines({ change, kind, namespace, name, differences }: ObjectChange): string[] {
  const where = namespace === "" ? "" : ` in ${namespace}`;
  return [
    `${SIGN[change]} ${kind} ${name}${where}`,
    ...differences.flatMap(differenceLines).map((line) => `    ${line}`),
  ];
}

const WHY = {
  secret: "changed (it comes from a secret)",
  checksum: "changed (a checksum)",
  live: "differs (the value in the cluster is not shown)",
} as const;

function differenceLines({ path, left, right, lines, hidden }: ValueDifference): string[] {
  if (lines) return [`${path}:`, ...lines.map((line) => `  ${line}`)];
  if (left === undefined && right === undefined) return [`${path}: ${WHY[hidden ?? "live"]}`];
  const side = (value: unknown): string => (value === undefined ? "(none)" : JSON.stringify(value));
  return [`${path}: ${side(left)} → ${side(right)}`];
}
