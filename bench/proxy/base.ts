import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../tools/ground/terminal/failure";
import { ROOT } from "../../tools/ground/root";
import { run } from "../../tools/ground/terminal/run";

/** Checks a commit out beside this checkout. `remove` takes it away again. Throws Failure with git's words. */
export async function checkOutBase(ref: string): Promise<{ folder: string; remove: () => Promise<void> }> {
  const parent = mkdtempSync(join(tmpdir(), "mybinder-bench-"));
  const folder = join(parent, "base");
  const { code, stderr } = await run("git", ["-C", ROOT, "worktree", "add", "--detach", folder, ref]);
  if (code !== 0) {
    rmSync(parent, { recursive: true });
    throw new Failure(`--base ${ref}: ${stderr.trim()}`, 2);
  }
  return {
    folder,
    remove: async () => {
      await run("git", ["-C", ROOT, "worktree", "remove", "--force", folder]);
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
