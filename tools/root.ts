import { resolve } from "node:path";

/** The project's folder: stack files, charts and the program. */
export const ROOT = resolve(__dirname, "..");
