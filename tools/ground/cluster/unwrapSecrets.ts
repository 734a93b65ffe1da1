/** The key by which Pulumi marks a special value, and the value that marks a secret (a protocol constant). */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Inputs with every secret laid open: a mock monitor receives secrets marked, and a map that holds one as a whole. */
export function unwrapSecrets(value: unknown): unknown {
  return mapSecrets(value, unwrapSecrets);
}

/** Inputs with every secret hidden, as Pulumi's engine shows them. */
export function hideSecrets(value: unknown): unknown {
  return mapSecrets(value, () => "[secret]");
}

/**
 * A value as a secret of an exported state, in the form that `pulumi stack import` encrypts. One that is a secret stays
 * as it is.
 */
export function markSecret(value: unknown): unknown {
  const signature = (value as Readonly<Record<string, unknown>> | null)?.[SIGNATURE_KEY];
  if (signature === SECRET_SIGNATURE) return value;
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, plaintext: JSON.stringify(value) };
}

function mapSecrets(value: unknown, ofSecret: (secret: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((inner) => mapSecrets(inner, ofSecret));
  if (value === null || typeof value !== "object") return value;
  const map = value as Record<string, unknown>;
  if (map[SIGNATURE_KEY] === SECRET_SIGNATURE) return ofSecret(map["value"]);
  return Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, mapSecrets(inner, ofSecret)]));
}
