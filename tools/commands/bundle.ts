import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { bundle, BUNDLES } from "../operate/bundle";
import { ROOT } from "../ground/root";

/** `mybinder bundle`: makes the files of the meta chart that are programs of apps/. */
export function bundleCommand(): Command {
  return new Command("bundle")
    .description("Bundle the programs of apps/ into the meta chart; run it after each change in apps/")
    .action(async () => {
      for (const each of BUNDLES) {
        writeFileSync(join(ROOT, each.file), await bundle(each));
        process.stdout.write(`${each.file}\n`);
      }
    });
}
