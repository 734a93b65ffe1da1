import { cpSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "./root";

const LEFT_OUT = new Set(["node_modules", ".git", ".build", "coverage"]);

/** Copies the project into a new folder, with the same node_modules: to be edited, or written into by Pulumi. */
export function copyProject(to: string): void {
  cpSync(ROOT, to, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) });
  symlinkSync(join(ROOT, "node_modules"), join(to, "node_modules"));
}
