import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLocalCommand } from "../../../../../tools/lab/rehearse/localCommand";

describe("a local command in a rehearsal", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-commands-"));
  const file = join(folder, "rehearsal.commands");
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const inputs = { create: "head -c 16 /dev/urandom | base64; cat", stdin: "input" };

  test("runs once for a cluster, and again when it, its input or a trigger changes", async () => {
    const first = await runLocalCommand(file, "pair", inputs);
    expect(first.stdout).toMatch(/^\S{24}\ninput$/);
    expect(await runLocalCommand(file, "pair", inputs)).toEqual(first);
    const others = await Promise.all([
      runLocalCommand(file, "other", inputs),
      runLocalCommand(file, "pair", { ...inputs, stdin: "another" }),
      runLocalCommand(file, "pair", { ...inputs, triggers: ["2026-11-24"] }),
    ]);
    expect(new Set([first, ...others].map(({ stdout }) => stdout)).size).toBe(4);
    expect(await runLocalCommand(file, "pair", inputs)).toEqual(first);
  });

  test("what it printed is for its owner alone", () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("one that fails is named with what it said, and nothing is kept of it", async () => {
    const failing = { create: "echo no room >&2; exit 4" };
    const other = join(folder, "nothing");
    await expect(runLocalCommand(other, "pair", failing)).rejects.toThrow(
      "command pair ended with 4: no room",
    );
    expect(existsSync(other)).toBe(false);
  });
});
