import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Values } from "../schema/plain/mergeValues";
import { ConfigError } from "../stack/configError";

/** BinderHub's setting for each file. */
const SETTINGS: Readonly<Record<string, string>> = {
  "banner.html": "banner_message",
  "about.html": "about_message",
};

/** Where the texts are. */
export const FRONT_PAGE = join(__dirname, "..", "..", "front-page");

/**
 * What people read on a stack's front page and its page `/about`, as settings of BinderHub: the file in the stack's own folder, else the one for all
 * stacks. An empty file shows nothing. Throws a ConfigError for a file beside them, or in the stack's folder, that nothing reads.
 */
export function frontPageValues(stack: string, folder = FRONT_PAGE): Values {
  const own = join(folder, stack);
  const strays = [
    ...straysIn(folder).map((file) => `front-page/${file}`),
    ...straysIn(own).map((file) => `front-page/${stack}/${file}`),
  ];
  if (strays.length > 0) {
    throw new ConfigError(
      stack,
      strays.map((file) => `${file}: nothing reads it; allowed: ${Object.keys(SETTINGS).join(", ")}`),
    );
  }
  return Object.fromEntries(
    Object.entries(SETTINGS).map(([file, setting]) => {
      const path = [join(own, file), join(folder, file)].find((one) => existsSync(one));
      return [setting, path === undefined ? "" : readFileSync(path, "utf8")];
    }),
  );
}

/** Files in a folder that nothing reads, but hidden ones, which a desktop leaves behind. */
function straysIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .filter((name) => SETTINGS[name] === undefined);
}
