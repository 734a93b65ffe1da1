import { keyPath } from "./configError";
import { isMap } from "./mergeValues";

/** Where something encrypted stands in a stack's public configuration, as keys that `pulumi config set --path` takes. */
export function encryptedKeys(value: unknown, path: readonly PropertyKey[] = []): string[] {
  if (Array.isArray(value)) return value.flatMap((inner, index) => encryptedKeys(inner, [...path, index]));
  if (!isMap(value)) return [];
  // This is how Pulumi marks a ciphertext, and no map of another meaning may look like it.
  if (Object.keys(value).join() === "secure" && typeof value["secure"] === "string") return [keyPath(path)];
  // a key of another namespace has a colon left, and is refused for that
  const entries = Object.entries(value).filter(([key]) => path.length > 0 || !key.includes(":"));
  return entries.flatMap(([key, inner]) => encryptedKeys(inner, [...path, key]));
}

/** Why nothing that is not in the catalogue may be encrypted, and what to do instead. */
export function encryptedText(stack: string, key: string): string {
  return (
    `${key}: is encrypted, but would lie in clear in the state; secrets have keys of their own ` +
    `(npx mybinder secrets list ${stack}; docs/secret-catalogue.md): npx mybinder secrets set KEY --stack ${stack} --file FILE`
  );
}
