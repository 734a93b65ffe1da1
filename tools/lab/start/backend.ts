import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { Environment } from "../../../environment";
import type { LoadedStack } from "../../ground/stackFile/stacks";

/** Folder of the state that `npm start` keeps with Pulumi. */
export function backend({ state }: Environment): string {
  return join(state, "pulumi", "backend");
}

/** Removes the state of a cluster that is gone. */
export function forgetPulumi(environment: Environment): void {
  rmSync(dirname(backend(environment)), { recursive: true, force: true });
}

/** Keeps the salt of the stack's passphrase, where Pulumi wrote one into a stack file. */
export function keepSalt(environment: Environment, stackFile: string): void {
  const salt = /^encryptionsalt: .*$/m.exec(stackFile)?.[0];
  if (salt !== undefined) writeFileSync(saltFile(environment), `${salt}\n`, { mode: 0o600 });
}

/** The stack's configuration as this run has it: a named context replaces the cluster of the stack file. */
export function writeConfig(environment: Environment, { raw, stack }: LoadedStack): string {
  const file = join(dirname(backend(environment)), `Pulumi.${stack.name}.yaml`);
  const salt = existsSync(saltFile(environment)) ? readFileSync(saltFile(environment), "utf8") : "";
  const keys = Object.entries(raw).map(([key, value]): [string, unknown] => [`mybinder:${key}`, value]);
  const config = { "pulumi:disable-default-providers": ["kubernetes", "gcp"], ...Object.fromEntries(keys) };
  writeFileSync(file, `${salt}${stringify({ config })}`, { mode: 0o600 });
  return file;
}

function saltFile(environment: Environment): string {
  return join(dirname(backend(environment)), "salt");
}
