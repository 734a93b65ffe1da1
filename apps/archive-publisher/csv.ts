/** A field, in quotes or not, and what ends it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/**
 * The rows of a CSV file (RFC 4180) by the names in its first. A parser from a package would be two thirds of the bundle.
 * Throws when a quote is not closed.
 */
export function csvRows(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  FIELD.lastIndex = text.startsWith("\uFEFF") ? 1 : 0;
  for (;;) {
    const at = FIELD.lastIndex;
    const field = FIELD.exec(text);
    if (!field) throw new Error(`a field is not closed, at character ${String(at)}`);
    const [, quoted, plain = "", end] = field;
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "") break;
    if (end !== ",") rows.push([]);
  }
  const [names = [], ...lines] = rows.filter((row) => row.length > 1 || row[0] !== "");
  return lines.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ""])));
}
