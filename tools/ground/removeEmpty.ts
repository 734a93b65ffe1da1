import { readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/** Removes a folder and those in it, as far as they hold nothing. */
export function removeEmpty(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeEmpty(join(folder, entry.name));
    }
    rmdirSync(folder);
  } catch {
    // Not empty: something else of the user's is in use.
  }
}
