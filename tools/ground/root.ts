import { join, resolve } from "node:path";

/** The project's folder: stack files, charts and the program. */
export const ROOT = resolve(__dirname, "..", "..");

/** What lets Node require TypeScript, for a process of its own: `node --require`. */
export const TYPESCRIPT = join(ROOT, "program", "typescript.js");
