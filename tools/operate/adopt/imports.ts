import type { AdoptPlan, ImportEntry } from "./plan";

/** An import file of Pulumi's CLI. */
export type ImportFile = AdoptPlan["importFile"];

/**
 * What is left to import into a state that has `urns`; `undefined` when nothing is. A component that is there already
 * is named by its URN instead of being made again.
 */
export function leftToImport(file: ImportFile, urns: readonly string[]): ImportFile | undefined {
  const there = (entry: ImportEntry): string | undefined =>
    urns.find(
      (urn) => urn.split("::")[3] === (entry.logicalName ?? entry.name) && typeOf(urn) === entry.type,
    );
  const resources = file.resources.filter((entry) => there(entry) === undefined);
  if (resources.every(({ component }) => component)) return undefined;
  const known = file.resources.flatMap((entry): [string, string][] => {
    const urn = there(entry);
    return entry.component && urn !== undefined ? [[entry.name, urn]] : [];
  });
  return { nameTable: { ...file.nameTable, ...Object.fromEntries(known) }, resources };
}

/** The type of a resource, without those of its parents. */
function typeOf(urn: string): string | undefined {
  return urn.split("::")[2]?.split("$").at(-1);
}

/** What a preview would do. */
export interface Preview {
  /** Resources by operation. */
  readonly counts: Readonly<Record<string, number>>;
  /** URNs of what would be deleted or replaced. */
  readonly lost: readonly string[];
}

/** Reads what `pulumi preview --json` printed. */
export function readPreview(json: string): Preview {
  const { steps } = JSON.parse(json) as { steps: readonly { op: string; urn: string }[] };
  const counts: Record<string, number> = {};
  for (const { op } of steps) counts[op] = (counts[op] ?? 0) + 1;
  const lost = steps.filter(({ op }) => /delet|replac/.test(op)).map(({ urn }) => urn);
  return { counts, lost: [...new Set(lost)] };
}
