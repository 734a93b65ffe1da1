import { diffMarkdown, fenced, inText } from "../../../../../tools/operate/diff/markdown";

test("a line for each stack, restarts in bold, and the changes folded", () => {
  const object = {
    kind: "Deployment",
    namespace: "",
    name: "hub",
    differences: [{ path: "spec.replicas", left: 1, right: 2 }],
  };
  const stacks = [
    { stack: "prod", objects: [], restarts: [] },
    { stack: "staging", objects: [{ change: "changed" as const, ...object }], restarts: ["the hub"] },
  ];
  expect(diffMarkdown({ left: "main", right: "v`2", charts: "stand-ins", stacks }).split("\n")).toEqual([
    "From `main` to `v 2`, with stand-ins",
    "",
    "| Stack | Objects | Restarts |",
    "|---|---|---|",
    "| prod | no change |  |",
    "| staging | 1 changed | **restarts the hub** |",
    "",
    "<details><summary>staging: 1 changed</summary>",
    "",
    "```diff",
    "~ Deployment hub",
    "    spec.replicas: 1 → 2",
    "```",
    "",
    "</details>",
    "",
  ]);
});

test("nothing in a fence ends it, and text is only text", () => {
  expect(fenced(["a", "```` b\r\n``` c"])).toEqual(["`````", "a", "```` b", "``` c", "`````"]);
  const hostile = "<img src=x> @team [a](https://b) **c**\n| d #1 `e` ~~f~~ &amp;";
  expect(inText(hostile)).not.toMatch(/[<>@[\]()*|`~\n/]|(?<!&)#(?!\d)/);
  expect(inText("bids-ovh 1.2")).toBe("bids-ovh 1.2");
});
