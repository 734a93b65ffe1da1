import type { StackDiff } from "../../diff/report";
import type { Finding } from "../diagnosis";

/** What differs between a stack's program and its cluster, and the command that shows it. */
export interface LiveDrift {
  /** Rejects when it cannot tell. */
  readonly diff: () => Promise<StackDiff>;
  readonly command: string;
}

/** Names that a finding lists. */
const LISTED = 3;

/** One finding, with counts, where the cluster's objects are not what the program says. `fix`: the command that shows all. */
export function liveFindings({ stack, objects }: StackDiff, fix: string): Finding[] {
  if (objects.length === 0) return [];
  const words = {
    changed: "differ from the program",
    removed: "are missing",
    added: "are not in the program",
  };
  const counts = (["changed", "removed", "added"] as const).flatMap((change) => {
    const many = objects.filter((one) => one.change === change).length;
    return many === 0 ? [] : [`${String(many)} ${words[change]}`];
  });
  const names = objects.slice(0, LISTED).map(({ kind, name }) => `${kind} ${name}`);
  const more = objects.length > LISTED ? ", …" : "";
  const found = `${counts.join(", ")}; allowed: none: ${names.join(", ")}${more}`;
  return [{ level: "warning", about: `live objects of ${stack}`, found, fix }];
}
