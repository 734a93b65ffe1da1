import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { editFile, editFiles } from "../../../../../tools/ground/stackFile/editor";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mybinder-edit-"));
  writeFileSync(join(root, "a"), "one\n", { mode: 0o640 });
  writeFileSync(join(root, "b"), "two\n");
});
afterEach(() => {
  rmSync(root, { recursive: true });
});
const options = (lines: string[] = []): { root: string; report: (line: string) => void } => ({
  root,
  report: (line) => lines.push(line),
});
const content = (file: string): string => readFileSync(join(root, file), "utf8");
/** Nothing but the edited files, and the folder that git ignores. */
const left = (): string[] => [...readdirSync(root), ...readdirSync(join(root, ".build"))].sort();

test("files are written, made and removed together; modes stay and nothing is left behind", async () => {
  await editFiles(({ text, write }) => {
    write({ a: `${text("a") ?? ""}more\n`, b: undefined, c: "new\n" });
  }, options());
  expect({ a: content("a"), c: content("c"), b: existsSync(join(root, "b")) }).toEqual({
    a: "one\nmore\n",
    c: "new\n",
    b: false,
  });
  expect(statSync(join(root, "a")).mode & 0o777).toBe(0o640);
  expect(left()).toEqual([".build", "a", "c"]);
});

test("two edits at once lose nothing: the second waits, says so, and reads what the first wrote", async () => {
  const lines: string[] = [];
  const add = (word: string): Promise<void> =>
    editFiles(async ({ text, write }) => {
      const before = text("a") ?? "";
      await sleep(150);
      write({ a: `${before}${word}\n` });
    }, options(lines));
  await Promise.all([add("first"), add("second"), add("third")]);
  expect(content("a").split("\n").sort()).toEqual(["", "first", "one", "second", "third"]);
  expect(lines).toContain(`waiting: process ${String(process.pid)} edits the stack files`);
});

test("a file that somebody else changed meanwhile is never overwritten, and neither is any other of the edit", async () => {
  const edit = editFiles(({ text, write }) => {
    const before = text("a") ?? "";
    writeFileSync(join(root, "a"), "theirs\n");
    write({ b: "ours\n", a: `${before}ours\n` });
  }, options());
  await expect(edit).rejects.toThrow("another program changed a while this command ran; nothing was written");
  expect([content("a"), content("b")]).toEqual(["theirs\n", "two\n"]);
  expect(left()).toEqual([".build", "a", "b"]);
});

test("a file that somebody else made meanwhile is not overwritten", async () => {
  const edit = editFiles(({ text, write }) => {
    text("c");
    writeFileSync(join(root, "c"), "theirs\n");
    write({ c: "ours\n" });
  }, options());
  await expect(edit).rejects.toThrow("another program changed c");
  expect(content("c")).toBe("theirs\n");
});

test("work that fails writes nothing and frees the lock", async () => {
  await expect(editFiles(() => Promise.reject(new Error("no")), options())).rejects.toThrow("no");
  await editFile("a", (text) => text.toUpperCase(), options());
  expect(content("a")).toBe("ONE\n");
});

test("a file that is not there is named", async () => {
  await expect(editFile("Pulumi.x.yaml", (text) => text, options())).rejects.toThrow(
    "there is no Pulumi.x.yaml",
  );
});
