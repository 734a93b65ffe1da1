import { keyPath } from "./configError";
import { isMap } from "../schema/plain/mergeValues";

/** Keys of a stack's public configuration that hold a ciphertext, as `pulumi config set --path` accepts them. */
export function encryptedKeys(value: unknown, path: readonly PropertyKey[] = []): string[] {
  if (Array.isArray(value)) return value.flatMap((inner, index) => encryptedKeys(inner, [...path, index]));
  if (!isMap(value)) return [];
  // Pulumi marks a ciphertext with this map, and no other map may look like it.
  if (Object.keys(value).join() === "secure" && typeof value["secure"] === "string") return [keyPath(path)];
  // a key of another namespace still has its colon; the schema refuses it
  const entries = Object.entries(value).filter(([key]) => path.length > 0 || !key.includes(":"));
  return entries.flatMap(([key, inner]) => encryptedKeys(inner, [...path, key]));
}

/** Says why only secrets of the catalogue may be encrypted, and what to do instead. */
export function encryptedText(stack: string, key: string): string {
  return (
    `${key}: found an encrypted value, but this key's value is stored in clear in Pulumi's state; allowed: a secret's own key ` +
    `(npx mybinder secrets list ${stack} lists them): npx mybinder secrets set KEY --stack ${stack} --file FILE`
  );
}
