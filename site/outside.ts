import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { MarkdownIt } from "./markdownIt";

/** Where the pages are, where the repository is, and where its files are shown. */
export interface Places {
  readonly docs: string;
  readonly root: string;
  /** URL of the repository's files on its main branch. */
  readonly source: string;
}

/** A plugin of markdown-it that gives each link the target of `siteLink`. */
export function outside(md: MarkdownIt, places: Places): void {
  md.core.ruler.push("outside", ({ tokens, env }) => {
    const page = env.path ?? `${places.docs}/README.md`;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null;
      if (href !== null) token.attrSet("href", siteLink(href, page, places));
    }
  });
}

/**
 * Where the site leads a link of `page`: to the source at GitHub where the file is no page of docs/, and to the page that the site
 * makes of a folder's README.md. Throws for a file that does not exist, with the page.
 */
export function siteLink(href: string, page: string, { docs, root, source }: Places): string {
  if (/^([a-z]+:|#)/i.test(href)) return href;
  const [path = ""] = href.split("#");
  const file = resolve(dirname(page), path);
  if (!existsSync(file)) {
    throw new Error(`${page}: found a link to ${href}; allowed: a file of the repository`);
  }
  const isPage = path.endsWith(".md") && !relative(docs, file).startsWith("..");
  return isPage ? href.replace(/README\.md(?=#|$)/, "index.md") : `${source}/${relative(root, file)}`;
}
