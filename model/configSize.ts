import type { RawConfig } from "./rawConfig";

/** Linux lets no environment variable have more bytes, its name and a closing zero included. */
const VARIABLE_BYTES = 128 * 1024;
/** For the variable's name, and what Pulumi.yaml adds: an empty default of each key that is not set. */
const RESERVED_BYTES = 8 * 1024;
export const CONFIG_LIMIT_BYTES = VARIABLE_BYTES - RESERVED_BYTES;

/**
 * Why Pulumi could not start the program with this configuration; `undefined` when it can. It hands all of it over in one
 * environment variable (PULUMI_CONFIG, a JSON map of texts, as Go writes JSON) and says no more than "argument list too long".
 * `raw`: keys to values, a ciphertext as the map of `secure` that it is in the stack file; it counts as it is, which is a third
 * more than its value.
 */
export function configSizeProblem(stack: string, raw: RawConfig): string | undefined {
  const sizes = Object.entries(raw).map(([key, value]) => ({ key, bytes: bytesOf(key, value) }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= CONFIG_LIMIT_BYTES) return undefined;
  const [first, second] = sizes.sort((one, other) => other.bytes - one.bytes);
  const largest = [first, second].flatMap((one) => (one ? [`mybinder:${one.key} ${String(one.bytes)}`] : []));
  return (
    `the configuration of ${stack} has ${String(total)} bytes, and Pulumi cannot start the program with more than ` +
    `${String(CONFIG_LIMIT_BYTES)}; the largest: ${largest.join(", ")}. Long lists belong into the chart's files or into a secret ` +
    "(npx mybinder secrets set keeps a long one in a file of its own)"
  );
}

function bytesOf(key: string, value: unknown): number {
  const secure = (value as { secure?: unknown } | null)?.secure;
  const text = typeof secure === "string" ? secure : typeof value === "string" ? value : json(value);
  // and a colon, a comma and the key's namespace
  return Buffer.byteLength(json(text)) + Buffer.byteLength(json(`mybinder:${key}`)) + 2;
}

/** JSON as Go writes it, which escapes what HTML could take for a tag. */
function json(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
