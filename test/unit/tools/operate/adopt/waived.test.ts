import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readWaivers, waive, waiverFile } from "../../../../../tools/operate/adopt/waived";

const root = mkdtempSync(join(tmpdir(), "mybinder-waived-"));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});
const NOW = new Date("2026-11-26T12:00:00Z");
const losses = [
  { name: "minesweeper", what: "x" },
  { name: "binderhub.own", what: "y" },
];
const record = (names: string[], reason?: string): Promise<void> =>
  waive("prod", names, reason, losses, NOW, root);

test("a loss is waived by name, with a reason and the day, and the file is one to be read and committed", async () => {
  expect(readWaivers("prod", root)).toEqual([]);
  await record(["minesweeper"], "cryptnono does it");
  await record(["binderhub.own"], "nobody has used it for years");
  expect(readWaivers("prod", root)).toEqual([
    { name: "minesweeper", reason: "cryptnono does it", day: "2026-11-26" },
    { name: "binderhub.own", reason: "nobody has used it for years", day: "2026-11-26" },
  ]);
  expect(readFileSync(join(root, waiverFile("prod")), "utf8")).toMatch(
    /^# What the take-over of prod gives up/,
  );
  await record(["minesweeper"], "another reason for it");
  expect(readWaivers("prod", root).map(({ reason }) => reason)).toEqual([
    "nobody has used it for years",
    "another reason for it",
  ]);
});

test("what is not lost cannot be waived, nor anything without a reason", async () => {
  await expect(record(["minesweper"], "cryptnono does it")).rejects.toThrow(
    "prod has no loss named minesweper; its losses: minesweeper, binderhub.own",
  );
  await expect(record(["minesweeper"])).rejects.toThrow("--reason of at least 10 characters");
  await expect(record(["minesweeper"], "because")).rejects.toThrow("--reason of at least 10 characters");
});

test("a file that is not as it was written is refused", () => {
  mkdirSync(join(root, "adopted"), { recursive: true });
  writeFileSync(join(root, waiverFile("staging")), "waived: [minesweeper]\n");
  expect(() => readWaivers("staging", root)).toThrow(/adopted\/staging\.yaml: not a list/);
});
