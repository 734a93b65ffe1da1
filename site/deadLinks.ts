import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** The links of the pages below `folder`, served below the path `base`, that lead to no page or to no anchor of it; each with its page. */
export function deadLinks(folder: string, base: string): string[] {
  const known = new Map<string, ReadonlySet<string>>();
  const idsOf = (file: string): ReadonlySet<string> => {
    const ids =
      known.get(file) ?? new Set(attributes(readFileSync(join(folder, file), "utf8"), / id="([^"]+)"/g));
    known.set(file, ids);
    return ids;
  };
  const isDead = (page: string, href: string): boolean => {
    if (/^([a-z]+:|\/\/)/i.test(href)) return false;
    const [path = "", anchor = ""] = href.split("#");
    const file = fileOf(path, page, base);
    return !existsSync(join(folder, file)) || (anchor !== "" && !idsOf(file).has(anchor));
  };
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".html"))
    .sort()
    .flatMap((page) => {
      const hrefs = attributes(readFileSync(join(folder, page), "utf8"), /<a [^>]*?href="([^"]*)"/g);
      return [...new Set(hrefs)].filter((href) => isDead(page, href)).map((href) => `${page}: ${href}`);
    });
}

/** The file that answers at a path, by that of the page which links to it. */
function fileOf(path: string, page: string, base: string): string {
  if (path === "") return page;
  const file = path.startsWith(base) ? path.slice(base.length) : posix.join(posix.dirname(page), path);
  return file === "" || file.endsWith("/") ? `${file}index.html` : file;
}

function attributes(html: string, pattern: RegExp): string[] {
  return [...html.matchAll(pattern)].map(([, text = ""]) =>
    decodeURIComponent(text.replaceAll("&amp;", "&")),
  );
}
