import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderDifferences, stackDifferences } from "../../tools/commands/diff/values";

/* The reviewed list of what staging does not try before prod. A new difference is a line in this file's diff. */

test("staging and prod differ in what their reviewed list says, and in nothing else", () => {
  const file = join(__dirname, "staging-prod.txt");
  const actual = `${renderDifferences(stackDifferences("staging", "prod"), "staging", "prod")}\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, actual);
  // Wanted? UPDATE_GOLDEN=1 npx jest test/golden, and review the diff.
  expect(actual).toBe(existsSync(file) ? readFileSync(file, "utf8") : "");
});

test("a stack does not differ from itself", () => {
  expect(renderDifferences(stackDifferences("staging", "staging"), "staging", "staging")).toBe(
    "Stacks staging and staging do not differ.",
  );
});
