import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundle, BUNDLES } from "../../../tools/operate/bundle";
import { ROOT } from "../../../tools/ground/root";

test.each(BUNDLES)("$file is what $entry makes now; if not: npx mybinder bundle", async (each) => {
  expect(readFileSync(join(ROOT, each.file), "utf8")).toBe(await bundle(each));
});
