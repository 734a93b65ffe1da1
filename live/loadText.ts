import { tableText } from "../tools/ground/terminal/columns";
import type { LoadResult } from "./load";

/** Parts of a launch in their order; `total` is all but the shutdown. */
const PARTS = ["page", "queued", "building", "pushing", "launching", "ready", "notebook", "kernel"] as const;

/** The results as people read them: how many went well, how long each part took in seconds, and each failure with its number. */
export function loadText(results: readonly LoadResult[]): string {
  return [...new Set(results.map(({ member }) => member))]
    .map((member) =>
      memberText(
        member,
        results.filter((one) => one.member === member),
      ),
    )
    .join("\n");
}

function memberText(member: string, results: readonly LoadResult[]): string {
  const well = results.filter(({ failure }) => failure === undefined);
  const rows = [...PARTS, "total", "stopping"].flatMap((part) => {
    const times = results.flatMap((one) => timeOf(one, part)).sort((a, b) => a - b);
    if (times.length === 0) return [];
    return [[part, String(times.length), ...[0.5, 0.9, 1].map((share) => quantile(times, share).toFixed(1))]];
  });
  const failures = new Map<string, number>();
  for (const { failure } of results) {
    if (!failure) continue;
    const line = `${failure.part}: ${failure.reason}`;
    failures.set(line, (failures.get(line) ?? 0) + 1);
  }
  return [
    `${member}: ${String(well.length)} of ${String(results.length)} launches went well\n`,
    tableText([["part", "launches", "half", "9 in 10", "slowest, s"], ...rows], [1, 2, 3, 4]),
    ...[...failures].map(([line, count]) => `FAIL  ${String(count)} × ${line}\n`),
  ].join("");
}

/** Seconds of a part that a launch reached; of `total` only where all went well, else it would look fast. */
function timeOf({ seconds, failure }: LoadResult, part: string): number[] {
  if (part !== "total") return seconds[part] === undefined ? [] : [seconds[part]];
  return failure ? [] : [PARTS.reduce((sum, one) => sum + (seconds[one] ?? 0), 0)];
}

/** The smallest value that so large a share of the sorted values does not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
