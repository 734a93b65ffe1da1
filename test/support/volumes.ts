import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/ground/root";
import type { Rendered } from "./metaChart";

/** The volumes that a release claims: its claims, and the StatefulSets that make some. */
export function claimedVolumes(objects: readonly Rendered[]): string[] {
  return objects.flatMap(({ kind, metadata: { name }, spec }) =>
    kind === "PersistentVolumeClaim" || (kind === "StatefulSet" && spec?.["volumeClaimTemplates"])
      ? [name]
      : [],
  );
}

/** The volumes of a stack that docs/backup.md names in its tables: saved, or not and why. */
export function reviewedVolumes(stack: string): Set<string> {
  const rows = readFileSync(join(ROOT, "docs", "backup.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  const names = rows.flatMap((row) => [...row.matchAll(/`([^`\s]+)`/g)].map(([, name = ""]) => name));
  return new Set(names.map((name) => name.replace(/^(STACK|<release>)/, stack)));
}
