import { columns as aligned } from "../tools/ground/terminal/columns";
import type { Report } from "../tools/ground/terminal/report";

/** What a bench measured, side by side. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What a caller may ask of a bench; one that has no use for it ignores it. */
export interface BenchOptions {
  /** Folder of the application that answers mybinder.org at present, to be measured beside ours. */
  readonly upstream?: string;
  /** Commit that is measured beside this checkout. */
  readonly base?: string;
  /** About how many sessions run at once at the peak of the replayed day. */
  readonly peak?: number;
  /** Program of Loki, to be measured beside the store of logs. */
  readonly loki?: string;
  /** File for a picture (SVG) of what was measured, or the folder of several. */
  readonly picture?: string;
}

/** A bench that `npm run bench -- <name>` runs. It measures; it never passes or fails by a time. */
export interface Bench {
  readonly name: string;
  readonly description: string;
  readonly run: (report: Report, signal: AbortSignal, options: BenchOptions) => Promise<Table>;
}

/** A table as aligned text. */
export function renderTable({ title, columns, rows }: Table): string {
  return [title, ...aligned([columns, ...rows.map((row) => row.map(String))])].join("\n");
}
