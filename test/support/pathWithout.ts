import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";

/** This process' PATH without `program`: folders that have it are replaced by ones below `base`, with links to all else. */
export function pathWithout(program: string, base: string): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders
    .map((folder) => {
      if (!existsSync(join(folder, program))) return folder;
      mkdirSync(base, { recursive: true });
      const links = mkdtempSync(join(base, "without-"));
      for (const name of readdirSync(folder)) {
        if (name !== program) symlinkSync(join(folder, name), join(links, name));
      }
      return links;
    })
    .join(delimiter);
}
