import { renameSync, writeFileSync } from "node:fs";

/** Writes what HAProxy starts from the next time. Whole or not at all. */
export function persistMap(file: string, lines: readonly string[]): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, `${lines.join("\n")}\n`);
  renameSync(temporary, file);
}
