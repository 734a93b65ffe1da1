import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadLinks } from "../../../site/deadLinks";
import { drawings } from "../../../site/drawings";
import type { MarkdownIt, Token } from "../../../site/markdownIt";
import { siteLink } from "../../../site/outside";
import { type Entry, sidebar } from "../../../site/sidebar";
import { slug } from "../../../site/slug";
import { ROOT } from "../../../tools/ground/root";

const DOCS = join(ROOT, "docs");
const folder = mkdtempSync(join(tmpdir(), "mybinder-site-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const write = (files: Readonly<Record<string, string>>): void => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
};

test.each([
  ['When it fails: "no answer"', "when-it-fails-no-answer"],
  ["GKE's pools, 2 of them", "gkes-pools-2-of-them"],
  ["`members add` / undo", "members-add--undo"],
])("the anchor of %s is GitHub's", (heading, anchor) => {
  expect(slug(heading)).toBe(anchor);
});

describe("the sidebar", () => {
  test("has the sections of docs/README.md, and leads to every page", () => {
    const groups = sidebar(DOCS);
    expect(groups.map(({ text }) => text)).toEqual([
      "Contents",
      "Your first day",
      "Every week",
      "At 3 a.m.",
      "Once in a while",
      "Runbooks",
    ]);
    const links = (entries: readonly Entry[]): string[] =>
      entries.flatMap(({ link, items = [] }) => [...(link === undefined ? [] : [link]), ...links(items)]);
    const pages = readdirSync(DOCS, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => `/${file.replace(/README\.md$/, "").replace(/\.md$/, "")}`);
    expect([...new Set(links(groups).map((link) => link.split("#")[0]))].sort()).toEqual(pages.sort());
  });

  test("has the task as the text of a row's first link, and the titles of the others", () => {
    write({
      "README.md":
        "# D\n\n## Now\n\n| task | page |\n|---|---|\n| do it | [a.md](a.md#how), then [b.md](b.md) |\n",
      "a.md": "# A\n",
      "b.md": "# The other\n",
      "runbooks/README.md": "# R\n",
      "runbooks/Down.md": "# Down\n",
    });
    expect(sidebar(folder).slice(1)).toEqual([
      {
        text: "Now",
        collapsed: false,
        items: [
          { text: "do it", link: "/a#how" },
          { text: "→ The other", link: "/b" },
        ],
      },
      {
        text: "Runbooks",
        link: "/runbooks/",
        collapsed: true,
        items: [{ text: "Down", link: "/runbooks/Down" }],
      },
    ]);
  });
});

test.each([
  ["policy.md#who", "deploy.md", "policy.md#who"],
  ["runbooks/README.md#all", "alerts.md", "runbooks/index.md#all"],
  ["README.md", "runbooks/README.md", "index.md"],
  ["../Pulumi.prod.yaml", "links.md", "https://source/Pulumi.prod.yaml"],
  ["../README.md", "links.md", "https://source/README.md"],
  ["architecture.json", "architecture.md", "https://source/docs/architecture.json"],
  ["https://mybinder.org/a.md", "links.md", "https://mybinder.org/a.md"],
  ["#stacks", "links.md", "#stacks"],
])("a link to %s in %s leads to %s", (href, page, expected) => {
  const places = { docs: DOCS, root: ROOT, source: "https://source" };
  expect(siteLink(href, join(DOCS, page), places)).toBe(expected);
});

test("a link to a file that is not there is refused, with its page", () => {
  const places = { docs: DOCS, root: ROOT, source: "https://source" };
  expect(() => siteLink("../gone.md", "/docs/links.md", places)).toThrow(
    "/docs/links.md: found a link to ../gone.md; allowed: a file of the repository",
  );
});

test("Mermaid is drawn, other code stays code", () => {
  const md = { renderer: { rules: { fence: () => "code" } } } as unknown as MarkdownIt;
  drawings(md);
  const block = (info: string): string =>
    md.renderer.rules.fence([{ info, content: 'a["<b>"] --> c\n' } as Token], 0);
  expect(block("bash")).toBe("code");
  expect(block("mermaid")).toBe('<Drawing source="a%5B%22%3Cb%3E%22%5D%20--%3E%20c%0A" />\n');
});

test("links to missing pages and anchors are found, at any path", () => {
  write({
    "built/index.html": '<h2 id="top">x</h2><a href="/base/a.html#one">1</a><a class="x" href="#top">2</a>',
    "built/a.html": '<h2 id="one">x</h2><a href="/base/">1</a><a href="runbooks/">2</a><a href="#two">3</a>',
    "built/runbooks/index.html":
      '<a href="../a.html#one">1</a><a href="../gone.html">2</a><a href="/base/a.html#no">3</a>',
  });
  expect(deadLinks(join(folder, "built"), "/base/")).toEqual([
    "a.html: #two",
    "runbooks/index.html: ../gone.html",
    "runbooks/index.html: /base/a.html#no",
  ]);
});
