import { appendFileSync, existsSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { environment } from "../../environment";
import { ROOT } from "../../tools/ground/root";
import { run } from "../../tools/ground/terminal/run";
import { projectCopy } from "../support/projectCopy";

/* The site of docs/, built by VitePress as tools/ci/docs does. */

const PACKAGES = join(ROOT, "site", "node_modules");

/** Whether the site's own packages are here; .ci/run installs them. */
function haveSite(): boolean {
  if (existsSync(join(PACKAGES, "vitepress"))) return true;
  const message = "the site's packages are not installed (npm ci --prefix site)";
  if (environment().requireReal) throw new Error(`REQUIRE_REAL=1, but ${message}`);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

(haveSite() ? test : test.skip)(
  "every page is built, every link and anchor leads somewhere, and one that does not ends the build with its page",
  async () => {
    const { root, remove } = projectCopy();
    try {
      symlinkSync(PACKAGES, join(root, "site", "node_modules"));
      appendFileSync(join(root, "docs", "policy.md"), "\n[the only dead link](links.md#gone)\n");
      const { code, stdout, stderr } = await run("npm", ["run", "build", "--prefix", join(root, "site")]);
      const [, said = ""] = /links that lead nowhere:\n((?: {2}.*\n)*)/.exec(stdout + stderr) ?? [];
      expect([code, said.trim(), stderr.slice(-2000)]).toEqual([
        1,
        "policy.html: ./links.html#gone",
        expect.anything(),
      ]);
      const built = readdirSync(join(root, ".build", "site"), { recursive: true, encoding: "utf8" });
      const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md"))
        .map((file) => file.replace("README", "index").replace(/md$/, "html"));
      expect(built.filter((file) => file.endsWith(".html")).sort()).toEqual([...pages, "404.html"].sort());
      // the search's index is part of the site
      expect(built.filter((file) => file.includes("localSearchIndex"))).not.toEqual([]);
    } finally {
      remove();
    }
  },
  300_000,
);
