import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYaml } from "../../../model/schema/plain/silentYaml";
import { ROOT } from "../../ground/root";

/**
 * The provider that a stack file's secrets are encrypted with: `passphrase`, or the address of a key; `undefined` as long
 * as it has none, since `pulumi stack init` or the first secret chooses one.
 */
export function foundProvider(stack: string): string | undefined {
  const file = join(ROOT, `Pulumi.${stack}.yaml`);
  const top = (existsSync(file) ? parseYaml(readFileSync(file, "utf8")) : {}) as Readonly<
    Record<string, unknown>
  >;
  const address = top["secretsprovider"];
  if (typeof address === "string" && address !== "" && address !== "default") return address;
  return typeof top["encryptionsalt"] === "string" ? "passphrase" : undefined;
}
