import { parseYaml, YamlProblem } from "../../../../../model/schema/plain/silentYaml";

const SECRET = "hunter2-hunter2";

test.each([
  [
    "a tag that YAML does not define",
    `key: !vault ${SECRET}`,
    "line 1, column 6: a tag (!…) that is not allowed",
  ],
  ["a key twice", `a: 1\na: ${SECRET}`, "line 2, column 1: a duplicate key"],
  ["an open quote", `a: "${SECRET}`, /^line 1, column \d+: a quote, comma or bracket is missing$/],
  ["a tab", `a:\n\tb: ${SECRET}`, /^line 2, column \d+: /],
  ["an alias of nothing", `a: *${SECRET}`, "an alias (*…) without an anchor (&…), or too many aliases"],
  ["a second document", `a: 1\n---\n${SECRET}`, "line 2, column 1: a second document (---)"],
])("%s is refused with its place, and nothing of the text shows anywhere", (_, text, message) => {
  const warned = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const logged = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  let thrown: unknown;
  try {
    parseYaml(text);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(YamlProblem);
  expect((thrown as Error).message).toMatch(message);
  expect(String((thrown as Error).stack)).not.toContain(SECRET);
  expect([...warned.mock.calls, ...logged.mock.calls]).toEqual([]);
});

test("what YAML defines is read", () => {
  expect(parseYaml("a: !!str 1\nb: [1, {c: null}]\n")).toEqual({ a: "1", b: [1, { c: null }] });
});
