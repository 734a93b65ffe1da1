/** The key by which Pulumi marks a special value, and the value that marks a secret (a protocol constant). */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Inputs with every secret laid open: a mock monitor receives secrets marked, and a map that holds one as a whole. */
export function unwrapSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapSecrets);
  if (value === null || typeof value !== "object") return value;
  const map = value as Record<string, unknown>;
  if (map[SIGNATURE_KEY] === SECRET_SIGNATURE) return unwrapSecrets(map["value"]);
  return Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, unwrapSecrets(inner)]));
}
