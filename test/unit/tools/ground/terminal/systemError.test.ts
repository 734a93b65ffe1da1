import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemFailure } from "../../../../../tools/ground/terminal/systemError";

const folder = mkdtempSync(join(tmpdir(), "mybinder-errors-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

test.each([
  [
    "a folder in place of a file",
    () => {
      writeFileSync(folder, "");
    },
    folder,
    /it is a folder, not a file/,
  ],
  [
    "no such file",
    () => readFileSync(join(folder, "x")),
    join(folder, "x"),
    /there is no such file or folder/,
  ],
  [
    "a file in place of a folder",
    () => {
      writeFileSync(join(folder, "f"), "");
      return readFileSync(join(folder, "f", "x"));
    },
    join(folder, "f", "x"),
    /a part of the path is a file/,
  ],
  [
    "a full disk",
    () => {
      writeFileSync("/dev/full", "x");
    },
    "write",
    /the disk is full \(ENOSPC in write\)\. Free some space/,
  ],
])("%s becomes path, cause and what to do", (_, work, path, text) => {
  const failure = systemFailure(thrownBy(work));
  expect(failure?.exitCode).toBe(3);
  expect(failure?.message).toMatch(text);
  expect(failure?.message.startsWith(path)).toBe(true);
  expect(failure?.message).not.toContain("\n");
});

test("a port that is taken is said too", async () => {
  const first = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => first.once("listening", resolve));
  const { port } = first.address() as { port: number };
  const error = await new Promise((resolve) =>
    createServer().once("error", resolve).listen(port, "127.0.0.1"),
  );
  first.close();
  expect(systemFailure(error)?.message).toMatch(/another program listens on that port/);
});

test("a code that is not known is still one line, and a defect stays a defect", () => {
  const odd = Object.assign(new Error("x"), { code: "EODD", syscall: "open", path: "/p" });
  expect(systemFailure(odd)?.message).toBe(
    "/p: open failed with EODD. Run the same command again, or see: mybinder doctor",
  );
  expect(systemFailure(new TypeError("undefined is not a function"))).toBeUndefined();
  expect(systemFailure(undefined)).toBeUndefined();
});
