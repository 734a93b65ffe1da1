import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { hostClaims } from "../../model/member/hosts";
import { stackNames } from "../../model/stack/stackFiles";
import { slug } from "../../site/slug";
import { COMMANDS, loadCommand } from "../../tools/cli";
import { GENERATED_PAGES } from "../../tools/commands/docs";
import { ROOT } from "../../tools/ground/root";
import { stackConfig } from "../../tools/ground/stackFile/stacks";
import { withoutNamespace } from "../support/kubectlCommands";

const pages = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((file) => `docs/${file}`),
].filter((file) => file.endsWith(".md"));
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

/** The anchors of a page, as GitHub and the site make them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = read(page).replace(/^```[^]*?^```$/gm, "");
  const plain = (heading: string): string => heading.replace(/[`*]|\[|\]\([^)]*\)/g, "");
  return new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => slug(plain(heading))));
}

test.each(pages)("the anchors to which %s links are headings", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)];
  const missing = links.filter(([, file = "", anchor = ""]) => {
    const target = file === "" ? page : join(dirname(page), file);
    return target.endsWith(".md") && !anchorsOf(target).has(anchor);
  });
  expect(missing.map(([link]) => link)).toEqual([]);
});

const commands = new Map<string, Command>(COMMANDS.map((name) => [name, loadCommand(name)]));

/** What a page asks of `npx mybinder` that is no command or option of it. A group alone, as in "by `npx mybinder traffic`", is one. */
function unknownCommands(text: string): string[] {
  return [...text.matchAll(/npx mybinder ([a-z][a-z-]*)([^`#|;&)\n]*)/g)].flatMap(
    ([line, name = "", rest = ""]) => {
      const words = rest.trim().split(/\s+/);
      const group = commands.get(name);
      const command = group?.commands.find((sub) => sub.name() === words[0]) ?? group;
      const misspelt = command === group && group?.commands.length !== 0 && /^[a-z-]+$/.test(words[0] ?? "");
      const options = new Set(["--help", ...(command?.options ?? []).map(({ long }) => long)]);
      const unknown = words.some((word) => word.startsWith("--") && !options.has(word));
      return !command || misspelt || unknown ? [line.trim()] : [];
    },
  );
}

test.each(pages)("every `npx mybinder` command of %s exists, with its options", (page) => {
  expect(unknownCommands(read(page))).toEqual([]);
});

test("a misspelt command or option of a page is found", () => {
  const text = "`npx mybinder traffic`, `npx mybinder stacks --active`; `npx mybinder trafic show`\n";
  expect(unknownCommands(text)).toEqual(["npx mybinder trafic show"]);
  expect(unknownCommands("npx mybinder secrets lisst staging  # x")).toEqual([
    "npx mybinder secrets lisst staging",
  ]);
  expect(unknownCommands("npx mybinder traffic show --stak prod")).toEqual([
    "npx mybinder traffic show --stak prod",
  ]);
});

/** Hosts of mybinder.org in the pages that no stack answers for, each with the reason. */
const OTHER_HOSTS: Readonly<Record<string, string>> = {
  "new.mybinder.org": "the example of docs/add-a-member.md, whose stack does not exist yet",
  "ovh.mybinder.org": "the former member at OVH, the example of docs/certificates.md",
};

test("every host of mybinder.org in the pages is one that a stack answers for", () => {
  const answered = new Set(
    stackNames(ROOT).flatMap((name) => hostClaims(stackConfig(name)).map(({ host }) => host)),
  );
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/(?:[a-z0-9-]+\.)*mybinder\.org(?!-deploy)/g)].map(([host]) => ({ page, host })),
  );
  expect(named.length).toBeGreaterThan(10);
  // the Secrets of aliases' certificates are named by them
  const hosts = named.filter(({ host }) => !host.startsWith("kubelego-tls-"));
  expect(hosts.filter(({ host }) => !answered.has(host) && !(host in OTHER_HOSTS))).toEqual([]);
});

test.each(pages)("kubectl in %s names the namespace of what has one", (page) => {
  expect(withoutNamespace(read(page))).toEqual([]);
});

test("docs/README.md leads to every page of docs/, and to the list of the runbooks", () => {
  const linked = [...read("docs/README.md").matchAll(/\]\(([^)#]+)/g)].map(([, link = ""]) => `docs/${link}`);
  const others = pages
    .filter((page) => page.startsWith("docs/") && page !== "docs/README.md")
    // test/unit/model/alerts asks for each in their own list
    .filter((page) => !/^docs\/runbooks\/(?!README)/.test(page));
  expect(others.filter((page) => !linked.includes(page))).toEqual([]);
});

// test/live/killedInstall.test.ts goes that way with the engine
test("docs/deploy.md has the way out of a first install that was killed", () => {
  const row = read("docs/deploy.md")
    .split("\n")
    .find((line) => line.startsWith("| `cannot re-use a name that is still in use`"));
  expect(row).toMatch(/mybinder doctor .*helm uninstall.*pulumi refresh --clear-pending-creates/);
});
