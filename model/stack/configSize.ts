import type { RawConfig } from "../schema/rawConfig";

/** Linux's limit for one environment variable, including its name and the closing zero byte. */
const VARIABLE_BYTES = 128 * 1024;
/** Reserve for the variable's name and for what Pulumi.yaml adds: an empty default for each key that is not set. */
const RESERVED_BYTES = 8 * 1024;
export const CONFIG_LIMIT_BYTES = VARIABLE_BYTES - RESERVED_BYTES;

/**
 * Why Pulumi could not start the program with this configuration; `undefined` when it can. Pulumi passes the whole
 * configuration in one environment variable (PULUMI_CONFIG, a JSON map of strings, as Go writes JSON), and its own error is
 * only "argument list too long". `raw` maps keys to values. A ciphertext stays the `secure` map of the stack file and counts
 * with its encrypted length, a third more than its value.
 */
export function configSizeProblem(stack: string, raw: RawConfig): string | undefined {
  const sizes = Object.entries(raw).map(([key, value]) => ({ key, bytes: bytesOf(key, value) }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= CONFIG_LIMIT_BYTES) return undefined;
  const [first, second] = sizes.sort((one, other) => other.bytes - one.bytes);
  const largest = [first, second].flatMap((one) => (one ? [`mybinder:${one.key} ${String(one.bytes)}`] : []));
  return (
    `the configuration of stack ${stack} has ${String(total)} bytes, but Pulumi cannot start the program with more than ` +
    `${String(CONFIG_LIMIT_BYTES)}; largest keys: ${largest.join(", ")}. Move long lists into the chart's files or into a secret ` +
    "(npx mybinder secrets set stores a long secret in its own file)"
  );
}

function bytesOf(key: string, value: unknown): number {
  const secure = (value as { secure?: unknown } | null)?.secure;
  const text = typeof secure === "string" ? secure : typeof value === "string" ? value : json(value);
  // 2: a colon and a comma
  return Buffer.byteLength(json(text)) + Buffer.byteLength(json(`mybinder:${key}`)) + 2;
}

/** JSON as Go writes it, which also escapes the characters of HTML tags. */
function json(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
