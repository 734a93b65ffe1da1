// What the generated pages say; that they are up to date: test/unit/docs.test.ts.
import { hostClaims } from "../../../../../model/member/hosts";
import { federationPage } from "../../../../../tools/operate/docs/federation";
import { markdownTable, prose } from "../../../../../tools/operate/docs/markdown";
import { publicStacks } from "../../../../../tools/ground/stackFile/publicStacks";
import { runbooksPage } from "../../../../../tools/operate/docs/runbooks";

test("text in a cell shows tags and bars, code as it is", () => {
  expect(prose("Secret <stack>-grafana, `<a|b>`")).toBe("Secret &lt;stack>-grafana, `<a\\|b>`");
  expect(markdownTable(["a", "b"], [["1", "2"]])).toBe("| a | b |\n|---|---|\n| 1 | 2 |");
});

test("the stacks of the pages are those that others can reach", () => {
  expect(publicStacks().map(({ name }) => name)).toEqual([
    "bids-ovh",
    "hetzner-2i2c",
    "hetzner-gesis",
    "prod",
    "staging",
  ]);
});

describe("docs/federation.md", () => {
  const page = federationPage();
  const pictures = [...page.matchAll(/```mermaid\n([^]*?)```/g)].map(([, text = ""]) => text);

  test("lists every host for which a stack answers, once", () => {
    const listed = [
      ...page.matchAll(/^\| (?:\*\*)?([a-z0-9-]+\.[a-z0-9.-]+?)(?:\*\*)? \| [a-z0-9-]+ \| /gm),
    ].map(([, host]) => host);
    const hosts = publicStacks().flatMap(({ config }) => hostClaims(config).map(({ host }) => host));
    expect(listed.sort()).toEqual([...new Set(hosts)].sort());
  });

  test("has a picture of each federation, with every member, its weight and its quota", () => {
    expect(pictures).toHaveLength(2);
    const prod = pictures[0] ?? "";
    for (const member of publicStacks().flatMap(({ name, federation }) =>
      name === "prod" ? (federation?.members ?? []) : [],
    )) {
      expect(prod).toContain(
        `["${member.name}, k3s<br>${new URL(member.url).host}<br>${String(member.launchQuota)} launches"]`,
      );
      expect(prod).toContain(
        `proxy -- "weight ${String(member.weight)}" --> s_${member.name.replaceAll("-", "_")}\n`,
      );
    }
  });

  test("every node of a picture that an arrow names has a text", () => {
    for (const picture of pictures) {
      const texts = new Set([...picture.matchAll(/(\w+)[[(]+"?[^"\])]+/g)].map(([, id]) => id));
      const ends = [...picture.matchAll(/^\s*(\w+).*?(?:-->|\.->) (\w+)/gm)].flatMap(([, from, to]) => [
        from,
        to,
      ]);
      expect(ends.length).toBeGreaterThan(5);
      expect(ends.filter((id) => !texts.has(id))).toEqual([]);
    }
  });
});

test("docs/runbooks/README.md says which stacks have an alert: all, those with launches, some, or none yet", () => {
  const page = runbooksPage();
  const stacksOf = (alert: string): string | undefined =>
    new RegExp(`^\\| \\[${alert}\\]\\(${alert}\\.md\\) \\| \\w+ \\| ([^|]+) \\|`, "m").exec(page)?.[1];
  expect(stacksOf("Watchdog")).toBe("all");
  expect(stacksOf("BuildsFailing")).toBe("with launches");
  expect(stacksOf("MemberDown")).toBe("prod, staging");
  expect(stacksOf("SecretEnds")).toBe("none yet");
});
