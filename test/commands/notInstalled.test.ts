import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../tools/ground/root";
import { run } from "../../tools/ground/terminal/run";

test("a clone without packages: which command installs them, and no trace", async () => {
  const clone = mkdtempSync(join(tmpdir(), "mybinder-clone-"));
  try {
    for (const folder of ["tools", "program"]) mkdirSync(join(clone, folder));
    for (const file of ["tools/mybinder.mjs", "program/typescript.js"]) {
      cpSync(join(ROOT, file), join(clone, file));
    }
    expect(await run(process.execPath, [join(clone, "tools", "mybinder.mjs"), "start"])).toEqual({
      code: 3,
      stdout: "",
      stderr: "the packages of package-lock.json are not installed; run this first: npm ci\n",
    });
  } finally {
    rmSync(clone, { recursive: true });
  }
});
