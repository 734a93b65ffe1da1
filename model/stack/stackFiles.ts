import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "./configError";
import type { RawConfig } from "../schema/rawConfig";
import { parseYaml } from "../schema/plain/silentYaml";

const PREFIX = "mybinder:";

/** Names of the stacks that have a stack file in `root`. */
export function stackNames(root: string): string[] {
  return readdirSync(root)
    .map((file) => /^Pulumi\.([a-z0-9-]+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** Reads a stack file; `undefined` when there is none. Throws a ConfigError when it is not a YAML map. */
export function readStackFile(root: string, stack: string): RawConfig | undefined {
  const file = join(root, `Pulumi.${stack}.yaml`);
  return existsSync(file) ? rawConfigOf(stack, textOf(stack, file)) : undefined;
}

function textOf(stack: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === "EISDIR" ? "a folder" : `a file that cannot be read (${code ?? String(error)})`;
    throw new ConfigError(stack, [`${file}: found ${found}; allowed: a YAML file`]);
  }
}

/** The keys of a stack file's text. Throws a ConfigError when it is not a YAML map. */
export function rawConfigOf(stack: string, text: string): RawConfig {
  const { config } = parseText(stack, text);
  if (config === null || typeof config !== "object") {
    throw new ConfigError(stack, ["config: not set; allowed: a map of mybinder:<key>: <value>"]);
  }
  return Object.fromEntries(
    Object.entries(config)
      .flatMap(([key, value]): [string, unknown][] => {
        const own = ownKey(key);
        return own === undefined ? [] : [[own, value]];
      })
      .map(([key, value]) => [key, typeof value === "string" ? parseConfigText(key, value) : value]),
  );
}

/**
 * The model's name for a key of a stack file, without `mybinder:`; `undefined` for one of Pulumi's own keys. A key of
 * another namespace, or of none, keeps its colon, so that the schema refuses it: nothing would read it.
 */
export function ownKey(key: string): string | undefined {
  if (key.startsWith("pulumi:")) return undefined;
  const own = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : ":";
  if (!own.includes(":")) return own;
  return key.includes(":") ? key : `:${key}`;
}

/** Keys whose text is the value itself; the text of every other key is JSON. */
const TEXT_KEYS: ReadonlySet<string> = new Set(["role", "domain", "lifecycle", "sponsor"]);

/** A key's value from the text that Pulumi stores: its CLI writes `protect: "false"`, and passes maps as JSON. */
export function parseConfigText(key: string, text: string): unknown {
  if (TEXT_KEYS.has(key)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parseText(stack: string, text: string): { config?: unknown } {
  try {
    return parseYaml(text) ?? {};
  } catch (error) {
    throw new ConfigError(stack, [
      `found invalid YAML: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
}
