import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, TYPESCRIPT } from "../../tools/ground/root";
import { type Ended, runProgram } from "../support/runTool";

/* What is loaded before the program: each case is a process of its own. */

const node = (...args: string[]): Promise<Ended> => runProgram(process.execPath, args, {}, ROOT).ended;
const HEAVY =
  "Object.keys(require.cache).filter((file) => /typescript.js|arborist.lib.index.js/.test(file)).length";

test("Pulumi's SDK is loaded without the compiler, and serializes a function with it all the same", async () => {
  const script = `
    const { runtime } = require("@pulumi/pulumi");
    const before = ${HEAVY};
    const three = 3;
    runtime.serializeFunction((x) => x + three).then(async ({ text }) => {
      const paths = await runtime.computeCodePaths();
      console.log(JSON.stringify([before, ${HEAVY}, text.includes("three: 3"), paths.size > 0]));
    });`;
  const { code, stdout, stderr } = await node("--require", join(ROOT, "program", "sdk.js"), "--eval", script);
  expect([code, stderr.replace(/.*(Warning:|--trace-deprecation).*\n/g, "")]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toEqual([0, 2, true, true]);
});

test("an error of TypeScript has its own lines, not those without types", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-typescript-"));
  try {
    const file = join(folder, "fails.ts");
    writeFileSync(
      file,
      "interface Gone {\n  readonly lines: number;\n}\n\nexport function fail(one: Gone): never {\n  throw new Error(`${one.lines} lines`);\n}\nfail({ lines: 3 });\n",
    );
    const { code, stderr } = await node("--require", TYPESCRIPT, file);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `Error: 3 lines\n    at fail (${file}:6:9)\n    at Object.<anonymous> (${file}:8:1)\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
