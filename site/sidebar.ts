import { readdirSync, readFileSync } from "node:fs";

/** An entry of the sidebar, as VitePress takes it: a page, or a group of them. */
export interface Entry {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: readonly Entry[];
}

/**
 * The sidebar: the sections of README.md in `docs`, by task, and all runbooks. Each link of a row is an entry: the first has the task
 * as its text, the others the title of their page.
 */
export function sidebar(docs: string): Entry[] {
  const sections = readFileSync(`${docs}/README.md`, "utf8").split(/^## /m).slice(1);
  return [
    { text: "Contents", link: "/" },
    ...sections.map((section, index) => ({
      text: section.split("\n", 1)[0]?.trim() ?? "",
      collapsed: index > 0,
      items: [...section.matchAll(/^\| (.+?) \| (.*\]\(.*) \|$/gm)].flatMap(([, task = "", cell = ""]) =>
        entries(docs, task, cell),
      ),
    })),
    { text: "Runbooks", link: "/runbooks/", collapsed: true, items: runbooks(docs) },
  ];
}

function entries(docs: string, task: string, cell: string): Entry[] {
  const links = [...cell.matchAll(/\]\(([^)#]+\.md)(#[^)]*)?\)/g)];
  return links.map(([, file = "", anchor = ""], index) => ({
    text: index === 0 ? task : `→ ${titleOf(docs, file)}`,
    link: pathOf(file) + anchor,
  }));
}

function runbooks(docs: string): Entry[] {
  return readdirSync(`${docs}/runbooks`)
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .sort()
    .map((file) => ({ text: file.replace(/\.md$/, ""), link: pathOf(`runbooks/${file}`) }));
}

function titleOf(docs: string, file: string): string {
  const [, title = file] = /^# (.*)$/m.exec(readFileSync(`${docs}/${file}`, "utf8")) ?? [];
  return title;
}

/** Where VitePress serves a page of docs/. */
function pathOf(file: string): string {
  return `/${file.replace(/README\.md$/, "").replace(/\.md$/, "")}`;
}
