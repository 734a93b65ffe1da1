import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What deploys stack local. The two do not know each other's state, so one cluster is deployed by one of them. */
export type Engine = "pulumi" | "rehearsal";

/** The engine that deployed before, according to its mark in `file`. */
export function deployedWith(file: string): Engine | undefined {
  return existsSync(file) ? (readFileSync(file, "utf8").trim() as Engine) : undefined;
}

/** Leaves the mark, before the engine begins: what is half done is that engine's to finish. */
export function markEngine(file: string, engine: Engine): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${engine}\n`);
}
