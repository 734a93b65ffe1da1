import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/ground/root";

/* docs/reliability.md names a test in each row: a row whose test is gone promises nothing. */

const rows = readFileSync(join(ROOT, "docs/reliability.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| attack"))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));

test("there are rows, each of an attack, a promise and a test", () => {
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => row.length !== 3)).toEqual([]);
});

test.each(rows)("%s", (_attack, _promise, named = "") => {
  const [, file = "", title = ""] = /^`([^`]+)` "(.+)"$/.exec(named) ?? [];
  expect(existsSync(join(ROOT, file))).toBe(true);
  expect(readFileSync(join(ROOT, file), "utf8").replace(/\s+/g, " ")).toContain(`"${title}"`);
});
