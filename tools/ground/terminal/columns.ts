/** Less room than this for the last column, and it is not wrapped: a word a line is harder to read than a long line. */
const LEAST_ROOM = 20;

/**
 * Rows of cells as lines, each column as wide as its widest cell, two spaces apart. Where the lines would be wider than
 * `width`, by default the terminal's, the last column goes on below itself; without a terminal every row is one line, for
 * grep. `right`: columns whose cells are aligned at their right, counted from 0.
 */
export function columns(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
  width = process.stdout.isTTY ? process.stdout.columns : Infinity,
): string[] {
  const widths = rows.reduce<number[]>((all, row) => {
    row.forEach((cell, index) => (all[index] = Math.max(all[index] ?? 0, cell.length)));
    return all;
  }, []);
  const last = widths.length - 1;
  const indent = widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 0);
  const room = width - indent < LEAST_ROOM ? Infinity : width - indent;
  const aligned = (cell: string, index: number): string =>
    right.includes(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
  return rows.flatMap((row) => {
    if (row.length <= last || (row[last]?.length ?? 0) <= room) {
      return [row.map(aligned).join("  ").trimEnd()];
    }
    const [first = "", ...rest] = wrap(row[last] ?? "", room);
    return [
      [...row.slice(0, last).map(aligned), first].join("  ").trimEnd(),
      ...rest.map((line) => " ".repeat(indent) + line),
    ];
  });
}

/** The same as text, a line each. */
export function tableText(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  return columns(rows, right)
    .map((line) => `${line}\n`)
    .join("");
}

/** The words of a text as lines of at most `width` characters; a longer word stays whole, so that it can be copied. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
