import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { GENERATED_PAGES } from "../../tools/commands/docs";
import { ROOT } from "../../tools/root";

const pages = ["README.md", ...readdirSync(join(ROOT, "docs")).map((file) => `docs/${file}`)].filter((file) =>
  file.endsWith(".md"),
);
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

test.each(Object.entries(GENERATED_PAGES))(
  "%s is what the code says; npx mybinder docs writes it",
  (path, page) => {
    expect(read(path)).toBe(page());
  },
);

test("every key has a description", () => {
  const rows = read("docs/configuration.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter((row) => /\|\s*(\(kind [^)]*\))?\s*\|$/.test(row))).toEqual([]);
});

test.each(pages)("the links of %s lead somewhere", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
});

test.each(pages.filter((page) => page.startsWith("docs/") && !page.endsWith("architecture.md")))(
  "%s opens with commands",
  (page) => {
    expect(read(page)).toMatch(/^# .+\n\n```bash\n/);
  },
);
