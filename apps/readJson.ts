import { readFileSync } from "node:fs";

/** Reads a configuration, which the chart's schema has checked. Throws with the file's name. */
export function readJson(file: string): unknown {
  const text = readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON`);
  }
}
