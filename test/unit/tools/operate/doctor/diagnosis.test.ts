import {
  type Check,
  diagnose,
  type Finding,
  problemCount,
} from "../../../../../tools/operate/doctor/diagnosis";
import { diagnosisText, spanText } from "../../../../../tools/operate/doctor/text";

const finding = (level: Finding["level"], about: string): Finding => ({
  level,
  about,
  found: "is\nso",
  fix: "a command",
});
const check = (name: string, run: Check["run"], worst: Check["worst"] = "problem"): Check => ({
  name,
  worst,
  otherwise: "try this",
  run,
});
const cannot = (why: string) => (): never => {
  throw new Error(why);
};

test("worst first, one line for each and the command below it; at the end, what was looked at", async () => {
  const diagnosis = await diagnose([
    check("one", () => [finding("warning", "w"), finding("problem", "p")]),
    check("two", cannot("no answer")),
    check("three", () => Promise.reject(new Error("no answer"))),
    check("four", cannot("no charts"), "warning"),
    check("five", () => Promise.resolve([])),
  ]);
  expect(diagnosisText(diagnosis)).toBe(
    [
      "problem      p: is; so",
      "             a command",
      "not checked  two, three: no answer",
      "             try this",
      "warning      w: is; so",
      "             a command",
      "not checked  four: no charts",
      "             try this",
      "checked: one, five",
      "",
    ].join("\n"),
  );
  expect(problemCount(diagnosis)).toBe(3);
});

test("what could not be checked counts as what it could have found; warnings do not count", async () => {
  const warnings = await diagnose([
    check("one", () => [finding("warning", "w")]),
    check("two", cannot("no charts"), "warning"),
  ]);
  expect(problemCount(warnings)).toBe(0);
  expect(diagnosisText(warnings)).not.toContain("nothing to do");
  expect(problemCount(await diagnose([check("one", cannot("no answer"))]))).toBe(1);
});

test("nothing found is said, with what was looked at", async () => {
  expect(diagnosisText(await diagnose([check("one", () => []), check("two", () => [])]))).toBe(
    "nothing to do; checked: one, two\n",
  );
});

test.each([
  [900, "0 s"],
  [90_000, "90 s"],
  [23 * 60_000, "23 min"],
  [119 * 60_000, "119 min"],
  [47 * 3_600_000, "47 h"],
  [50 * 3_600_000, "2 d"],
])("%d ms are %s", (ms, text) => {
  expect(spanText(ms)).toBe(text);
});
