import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { configurationPage } from "../operate/docs/configuration";
import { federationPage } from "../operate/docs/federation";
import { linksPage } from "../operate/docs/links";
import { runbooksPage } from "../operate/docs/runbooks";
import { secretCataloguePage } from "../operate/docs/secrets";
import { ROOT } from "../ground/root";

/** The pages that are made from the code, by their path. */
export const GENERATED_PAGES: Readonly<Record<string, () => string>> = {
  "docs/configuration.md": configurationPage,
  "docs/federation.md": federationPage,
  "docs/links.md": linksPage,
  "docs/runbooks/README.md": runbooksPage,
  "docs/secret-catalogue.md": secretCataloguePage,
};

/** `mybinder docs`: writes the pages that are made from the code. */
export function docsCommand(): Command {
  return new Command("docs")
    .description("Write the pages of docs/ that are generated from the code")
    .action(() => {
      for (const [path, page] of Object.entries(GENERATED_PAGES)) writeFileSync(join(ROOT, path), page());
    });
}
