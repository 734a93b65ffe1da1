import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

import { environment } from "../../environment";
import { type ConsumerName, consumerPath, consumerVersion } from "../../tools/lab/kube/consumers";

/**
 * Whether program `tool` is on PATH. If not, says in one line which package has it, for the tests that are skipped for
 * its lack; with REQUIRE_REAL=1 throws instead.
 */
export function requireReal(tool: string, debianPackage: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const paths = folders.map((folder) => join(folder, tool));
  if (paths.some((path) => existsSync(path) && statSync(path).isFile())) return true;
  const message = `${tool} is not on PATH (package ${debianPackage})`;
  if (environment().requireReal) throw new Error(`REQUIRE_REAL=1, but ${message}`);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

/**
 * Whether the consumers are built. If not, says in one line how they are, for the tests that are skipped for their lack;
 * with REQUIRE_REAL=1, which builds them before any test (globalSetup.ts), throws instead.
 */
export function requireConsumers(...names: readonly ConsumerName[]): boolean {
  const missing = names.filter((name) => !existsSync(consumerPath(name, environment())));
  if (missing.length === 0) return true;
  const which = missing.map((name) => `${name} ${consumerVersion(name)}`).join(", ");
  const message = `not built: ${which} (REQUIRE_REAL=1 npm test builds them once, from source)`;
  if (environment().requireReal) throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}
