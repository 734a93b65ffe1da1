import { type Preview, previewMarkdown, previewSchema } from "../../../../../tools/operate/ci/preview";

const stack = (name: string, lines = 0, restarts: string[] = []): Preview["diff"]["stacks"][number] => ({
  stack: name,
  restarts,
  objects:
    lines === 0
      ? []
      : [
          {
            change: "changed",
            kind: "ConfigMap",
            namespace: "",
            name: "it",
            differences: Array.from({ length: lines }, (_, index) => ({
              path: `data.${String(index)}`,
              lines: ["-a", "+b"],
            })),
          },
        ],
});
const preview = (stacks: Preview["diff"]["stacks"], more: Partial<Preview> = {}): Preview => ({
  diff: { left: "base", right: "head", charts: "the published charts", stacks },
  rehearsals: [],
  charts: [],
  ...more,
});

test("a line for each stack, restarts in bold, changed charts, rehearsals, and the diff folded", () => {
  const text = previewMarkdown(
    preview([stack("prod"), stack("staging", 1, ["the hub", "Harbor"])], {
      charts: [{ name: "grafana", from: "1.0.0", to: "1.1.0" }],
      rehearsals: [
        {
          stack: "staging",
          ok: false,
          summary: "90 objects accepted",
          problems: ["Deployment <hub> is refused"],
        },
      ],
    }),
    "https://run",
  );
  expect(text).toContain("| prod | no change |  |");
  expect(text).toContain("| staging | 1 changed | **restarts the hub**, **restarts Harbor** |");
  expect(text).toContain("| grafana | 1.0.0 | 1.1.0 |");
  expect(text).toContain(
    "- Rehearsal of staging: **FAILED**, 90 objects accepted\n  - Deployment &#60;hub&#62; is refused",
  );
  expect(text).toContain("<details><summary>staging: 1 changed</summary>");
  expect(text).toContain("](https://run)");
});

test("what is too long is left out, with a link", () => {
  const text = previewMarkdown(
    preview([stack("a", 400), stack("b", 1), stack("c", 400)]),
    "https://run",
    9_000,
  );
  expect(text.length).toBeLessThan(9_000);
  expect(text).toContain("<summary>b: 1 changed");
  expect(text).toContain("**Left out, for they are too long: 2 parts.** They are in the summary of the run.");
  expect(previewMarkdown(preview([stack("a", 400)]), "https://run").length).toBeLessThan(65_536);
});

test("a hostile preview says nothing to Markdown, calls nobody and leaves its fence nowhere", () => {
  const hostile = "</details> <script>x</script> @team ```\n| [a](https://evil) **b**";
  const found = preview(
    [
      {
        stack: hostile,
        restarts: [hostile],
        objects: [
          {
            change: "added",
            kind: hostile,
            namespace: hostile,
            name: hostile,
            differences: [{ path: hostile, left: hostile, lines: [hostile] }],
          },
        ],
      },
    ],
    {
      rehearsals: [{ stack: hostile, ok: true, summary: hostile, problems: [hostile] }],
      charts: [{ name: hostile, from: "`", to: hostile }],
    },
  );
  const text = previewMarkdown({ ...found, diff: { ...found.diff, charts: hostile } }, "https://run");
  const fence = /^(`{3,})diff\n[^]*?^\1$/gm;
  const outside = text.replace(fence, "");
  expect([...text.matchAll(fence)]).toHaveLength(1);
  expect(outside).not.toMatch(/<script|@team|\]\(https:\/\/evil|\*\*b\*\*|```/);
  expect(outside.match(/<\/?(details|summary)>/g)).toEqual([
    "<details>",
    "<summary>",
    "</summary>",
    "</details>",
  ]);
});

test("what has another shape, or is too much, is refused", () => {
  const good = preview([stack("a", 1)]);
  expect(previewSchema.safeParse(good).success).toBe(true);
  expect(previewSchema.safeParse({ ...good, more: 1 }).success).toBe(false);
  expect(previewSchema.safeParse(preview(Array.from({ length: 300 }, () => stack("a")))).success).toBe(false);
  expect(previewSchema.safeParse(undefined).success).toBe(false);
});
