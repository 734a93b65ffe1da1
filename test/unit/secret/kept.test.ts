import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONFIG_LIMIT_BYTES } from "../../../model/stack/configSize";
import { keep, recover, secretFile, secretFilesIn } from "../../../secret/kept";

const LONG = "stratum+tcp://pool.example.org\n".repeat(10_000);
const never = (): string => {
  throw new Error("there is no file");
};

test("a short value is kept in the stack file alone", () => {
  expect(keep("hunter2")).toEqual({ inStackFile: "hunter2" });
  expect(recover("hunter2", never)).toBe("hunter2");
});

test("a long value is kept in a file, encrypted, and only its key in the stack file", () => {
  const { inStackFile, file = "" } = keep(LONG);
  expect(inStackFile).toMatch(/^file:[A-Za-z0-9_-]{43}$/);
  expect(Buffer.from(file, "base64").toString("latin1")).not.toContain("stratum");
  expect(Math.max(...file.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(100);
  expect(recover(inStackFile, () => file)).toBe(LONG);
});

test("cryptnono's rules fit at several times their present size of 268 kB, whatever is in them", () => {
  const rules = randomBytes(4 * 268_000).toString("base64");
  const { inStackFile, file = "" } = keep(rules);
  expect(inStackFile.length).toBeLessThan(CONFIG_LIMIT_BYTES / 1000);
  expect(recover(inStackFile, () => file)).toBe(rules);
});

test("each value has a key of its own", () => {
  expect(keep(LONG).inStackFile).not.toBe(keep(LONG).inStackFile);
});

test("a file that is missing, damaged or of another value is refused", () => {
  const { inStackFile, file = "" } = keep(LONG);
  const bytes = Buffer.from(file, "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  const wrong = ["", "AAAA", bytes.toString("base64"), file.slice(0, 400), keep(LONG).file ?? ""];
  for (const text of wrong) expect(() => recover(inStackFile, () => text)).toThrow();
  expect(() => recover(inStackFile, never)).toThrow("there is no file");
});

test("a value that looks like the key of a file is a value", () => {
  const value = `file:${"A".repeat(43)}`;
  const { inStackFile, file = "" } = keep(value);
  expect(recover(inStackFile, () => file)).toBe(value);
});

test("the files of long secrets are told from all others by their names", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-kept-"));
  try {
    const names = [
      secretFile("bids-ovh", "cryptnonoRules"),
      "Pulumi.bids-ovh.yaml",
      "Pulumi.a.b.c.enc",
      "x.enc",
    ];
    for (const name of names) writeFileSync(join(folder, name), "");
    expect(secretFilesIn(folder)).toEqual([
      { file: "Pulumi.bids-ovh.cryptnonoRules.enc", stack: "bids-ovh", key: "cryptnonoRules" },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
