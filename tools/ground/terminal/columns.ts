/**
 * Rows of cells as lines, each column as wide as its widest cell, two spaces apart. The last column is not padded, so that
 * it may be long. `right`: columns whose cells are aligned at their right, counted from 0.
 */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = rows.reduce<number[]>((all, row) => {
    row.forEach((cell, index) => (all[index] = Math.max(all[index] ?? 0, cell.length)));
    return all;
  }, []);
  const aligned = (cell: string, index: number): string =>
    right.includes(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
  return rows.map((row) => row.map(aligned).join("  ").trimEnd());
}

/** The same as text, a line each. */
export function tableText(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  return columns(rows, right)
    .map((line) => `${line}\n`)
    .join("");
}
