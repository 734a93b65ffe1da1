import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { processRulesSchema } from "../../../secret/processRules";
import { shapeProblem, shapes } from "../../../secret/shapes";
import { ROOT } from "../../../tools/ground/root";

const problem = (rules: unknown): string | undefined =>
  shapeProblem(shapes["process-rules"], JSON.stringify(rules));
const rule = (changes: object): object => ({
  name: "a",
  action: "report",
  commandLine: "hunter2",
  ...changes,
});

test.each([
  ["a text", {}],
  ["numbers alone", { commandLine: undefined, cpu: { cores: 2, seconds: 600 } }],
  [
    "everything over a pod",
    { scope: "pod", processes: 3, memoryMB: 5, cpuSeconds: 1.5, action: "delete-pod" },
  ],
  ["a text of sessions, with a number", { commandLine: "python", cpuSeconds: 9, action: "end-process" }],
  ["a text of sessions that is only reported", { commandLine: "jupyter" }],
  [
    "a text of sessions, except those",
    { commandLine: "pip", exceptCommandLine: "install", action: "end-process" },
  ],
])("allowed: %s", (_, changes) => {
  expect(problem([rule(changes)])).toBeUndefined();
});

test.each<[string, object, string]>([
  [
    "a broken pattern",
    { commandLine: "hunter2(" },
    "rule 2: commandLine is no regular expression of JavaScript",
  ],
  [
    "Python's own",
    { exceptCommandLine: "(?P<hunter2>x)" },
    "rule 2: exceptCommandLine is no regular expression",
  ],
  ["no condition", { commandLine: undefined }, "rule 2: it has no condition, so it would match everything"],
  [
    "an exception alone",
    { commandLine: undefined, exceptCommandLine: "hunter2" },
    "rule 2: it has no condition, so it would match everything",
  ],
  ["a count of one process", { processes: 2 }, "rule 2: processes needs scope: pod"],
  [
    "ending all of a pod",
    { scope: "pod", action: "end-process" },
    "rule 2: end-process needs scope: process",
  ],
  ["all of Python", { commandLine: "python|hunter2", action: "end-process" }, "it would stop python3"],
  ["everything", { commandLine: ".", action: "delete-pod" }, "rule 2: it would stop tini"],
  [
    "everything of one process or more",
    { commandLine: ".", scope: "pod", processes: 1, action: "delete-pod" },
    "rule 2: it would stop tini",
  ],
  [
    "one process or more",
    { commandLine: undefined, scope: "pod", processes: 1 },
    "rule 2: it has no condition",
  ],
  ["a pattern without end", { commandLine: "hunter2|".repeat(251) }, "commandLine of entry 2"],
  [
    "a shell by its name",
    { commandLine: undefined, processName: "^bash$", action: "delete-pod" },
    "stop bash",
  ],
  [
    "builds",
    { commandLine: "mamba", action: "delete-pod", parentCommandLine: "sh" },
    "rule 2: it would stop mamba",
  ],
  ["a name twice", { name: "first" }, "rule 2: it has the name of rule 1"],
  ["an unknown key", { hunter2: 1 }, "keys of entry 2"],
  ["a name with more than that", { name: "Hunter 2" }, "name of entry 2"],
  ["an unknown action", { action: "hunter2" }, "action of entry 2"],
  ["a window that is shorter than a scan", { cpu: { cores: 1, seconds: 5 } }, "cpu of entry 2"],
])("refused, without a word of it: %s", (_, changes, message) => {
  const found = problem([{ ...rule({}), name: "first" }, rule(changes)]);
  expect(found).toContain(message);
  expect(found).not.toMatch(/hunter ?2/i);
});

test("more rules than a Secret holds are refused with their number", () => {
  const rules = (count: number): object[] =>
    Array.from({ length: count }, (_, index) => ({ ...rule({}), name: `rule-${String(index)}` }));
  expect(problem(rules(500))).toBeUndefined();
  expect(problem(rules(501))).toBe("found 501 rules; allowed: at most 500");
});

test("the example of docs/abuse.md is allowed, and has every key that there is", () => {
  const page = readFileSync(join(ROOT, "docs", "abuse.md"), "utf8");
  const example = /```yaml\n(- name: [^]+?)```/.exec(page)?.[1] ?? "";
  expect(shapeProblem(shapes["process-rules"], example)).toBeUndefined();
  const keys = new Set(processRulesSchema.parse(parse(example)).flatMap((one) => Object.keys(one)));
  expect([...keys].sort()).toEqual(Object.keys(processRulesSchema.element.shape).sort());
});

test("a value of another kind is refused with what is allowed", () => {
  expect(problem({ hunter2: {} })).toBe(`allowed: ${shapes["process-rules"].wanted}`);
});

test("the places of the other shapes are as before", () => {
  expect(shapeProblem(shapes["zulip-bot"], "{bot_email: hunter2}")).toMatch(
    /; wrong or missing: bot_email, bot_key, channel$/,
  );
  expect(shapeProblem(shapes["address-list"], "[hunter2]")).not.toContain("wrong or missing");
});
