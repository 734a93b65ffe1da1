import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MODULE_DIR } from "./tools";

/** What go.mod and go.sum of the toolchain say of versions, without what it builds. */
export function toolchainLibraries(): { readonly goMod: string; readonly goSum: string } {
  const [goMod = "", goSum = ""] = ["go.mod", "go.sum"].map((file) =>
    readFileSync(join(MODULE_DIR, file), "utf8"),
  );
  const blocks = goMod.match(/^(?:require|replace) \([^)]*^\)$/gm) ?? [];
  return { goMod: blocks.join("\n"), goSum };
}

/**
 * Makes the module in a folder one that is built with the libraries of the toolchain where both need one, in the higher of the two
 * versions: what the toolchain's build has compiled already is not compiled again. `goSum` vouches for what only the two together need.
 */
export function takeToolchainLibraries(folder: string, goSum: string): void {
  const toolchain = toolchainLibraries();
  appendFileSync(join(folder, "go.mod"), `\n${toolchain.goMod}\n`);
  appendFileSync(join(folder, "go.sum"), `\n${toolchain.goSum}${goSum}`);
}
