import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../../tools/ground/root";

/* What Pulumi's language host looks for before every preview; test/live/preview.test.ts has the engine itself. */

/** Plugins of the packages in or below a folder, as the language host finds them: by `pulumi.resource` in package.json. */
function pluginsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /(^|\/)node_modules\/.*package\.json$/.test(join(folder, file)))
    .map(
      (file) =>
        JSON.parse(readFileSync(join(folder, file), "utf8")) as {
          name?: string;
          pulumi?: { resource?: boolean };
        },
    )
    .filter(({ pulumi }) => pulumi?.resource === true)
    .map(({ name = "" }) => name);
}

test("below the program's folder Pulumi finds no plugin, so that no stack waits for one that it does not use", () => {
  const { main } = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as { main: string };
  expect(existsSync(join(ROOT, main))).toBe(true);
  expect(pluginsBelow(join(ROOT, "node_modules", "@pulumi"))).toContain("@pulumi/gcp");
  expect(pluginsBelow(dirname(join(ROOT, main)))).toEqual([]);
});
