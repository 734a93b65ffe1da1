import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/ground/terminal/run";
import { projectCopy } from "./projectCopy";

/** A copy of the project that is a repository of its own, with one commit. */
export type GitCopy = ReturnType<typeof projectCopy>;

/** Makes one. What it has not committed, `HEAD` does not have. */
export async function gitCopy(): Promise<GitCopy> {
  const copy = projectCopy();
  writeFileSync(join(copy.root, ".gitignore"), ".build/\nnode_modules\n");
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
    ["commit", "--quiet", "--message", "base"],
  ]) {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    const { code, stderr } = await run("git", ["-C", copy.root, ...identity, ...args]);
    if (code !== 0) throw new Error(stderr);
  }
  return copy;
}
