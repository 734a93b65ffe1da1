import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../ground/terminal/failure";
import type { Report } from "../../ground/terminal/report";
import { ROOT } from "../../ground/root";
import { run } from "../../ground/terminal/run";

/** A version of the project in a folder, with its packages. */
export interface Checkout {
  readonly root: string;
  readonly label: string;
  readonly remove: () => Promise<void>;
}

/** This checkout, as it is on the disk. */
export const workingTree: Checkout = {
  root: ROOT,
  label: "the working tree",
  remove: () => Promise.resolve(),
};

/**
 * A ref in a git worktree of its own, for as long as it is needed. It has this checkout's packages where both lock files are
 * the same, else its own. Throws Failure (exit code 2) when there is no such ref.
 */
export async function checkOut(ref: string, report: Report): Promise<Checkout> {
  const checkout = await checkOutFiles(ref);
  try {
    await addPackages(checkout.root, ref, report);
  } catch (error) {
    await checkout.remove();
    throw error;
  }
  return checkout;
}

/** The same without packages, for who runs nothing of it. */
export async function checkOutFiles(ref: string): Promise<Checkout> {
  const git = (...args: string[]): ReturnType<typeof run> => run("git", ["-C", ROOT, ...args]);
  const found = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
  const commit = found.stdout.trim();
  if (found.code !== 0) {
    throw new Failure(`there is no commit ${ref} in this repository; fetch it first: git fetch`, 2);
  }
  await git("worktree", "prune"); // what a killed run left
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-ref-")));
  const root = join(folder, "checkout");
  const remove = async (): Promise<void> => {
    rmSync(folder, { recursive: true, force: true });
    await git("worktree", "prune");
  };
  try {
    const added = await git("worktree", "add", "--quiet", "--detach", root, commit);
    if (added.code !== 0) throw new Failure(`git worktree add: ${added.stderr.trim()}`);
  } catch (error) {
    await remove();
    throw error;
  }
  return { root, label: ref, remove };
}

async function addPackages(root: string, ref: string, report: Report): Promise<void> {
  const lock = (of: string): string => readFileSync(join(of, "package-lock.json"), "utf8");
  if (lock(root) === lock(ROOT)) {
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
    return;
  }
  report(`${ref} has other packages: npm ci`);
  const args = ["ci", "--prefix", root, "--ignore-scripts", "--no-audit", "--no-fund"];
  const { code, stderr } = await run("npm", args);
  if (code !== 0) throw new Failure(`npm ci of ${ref}: ${stderr.trim().split("\n").slice(-3).join("\n")}`);
}
