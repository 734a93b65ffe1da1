import { readdirSync, readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { certManagerRelease, metaChartRelease } from "../../../../model/stack/releases";
import { ROOT } from "../../../ground/root";
import { run } from "../../../ground/terminal/run";
import { CannotTell, type Finding } from "../diagnosis";
import { spanText } from "../text";

/** Who holds a stack's state: what Pulumi writes before it changes anything, and removes when it ends. */
export interface StateLock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
}

/** Where Pulumi keeps a stack's locks in a backend of files (pkg/backend/diy/lock.go). */
function lockFolder(stack: string): string {
  return `.pulumi/locks/organization/mybinder/${stack}`;
}

/**
 * The locks of a stack's state in the backend at `url`: a folder (`file://`) or a bucket of Google, which the program
 * `gcloud` reads. Throws CannotTell where the backend is of another kind, or gcloud is not to be had.
 */
export async function stateLocks(url: string, stack: string, gcloud = "gcloud"): Promise<StateLock[]> {
  const [, scheme = "", rest = ""] = /^(\w+):\/\/([^?]*)/.exec(url) ?? [];
  if (scheme === "file") return locksInFolder(folderOf(decodeURIComponent(rest)), stack);
  if (scheme === "gs") {
    return locksInBucket(gcloud, `gs://${rest.replace(/\/$/, "")}/${lockFolder(stack)}/*.json`);
  }
  const fix = `pulumi cancel --stack ${stack}   # only if Pulumi says that it is locked, and no deploy is running`;
  throw new CannotTell(`the locks of a backend at ${scheme}:// are not read`, fix);
}

/** As Pulumi reads the path: `~` is the home of the machine's user, and a relative one starts where Pulumi runs. */
function folderOf(path: string): string {
  return path.startsWith("~") ? join(userInfo().homedir, path.slice(1)) : resolve(ROOT, path);
}

function locksInFolder(folder: string, stack: string): StateLock[] {
  const locks = join(folder, lockFolder(stack));
  let names: string[];
  try {
    names = readdirSync(locks).filter((name) => name.endsWith(".json"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names.map((name) => JSON.parse(readFileSync(join(locks, name), "utf8")) as StateLock);
}

async function locksInBucket(gcloud: string, files: string): Promise<StateLock[]> {
  const ended = await run(gcloud, ["storage", "cat", files]).catch(() => undefined);
  if (!ended) throw new CannotTell("gcloud is not on PATH", "https://cloud.google.com/sdk/docs/install");
  if (ended.code === 0) {
    // one object after the other
    return ended.stdout
      .split(/(?<=\})\s*(?=\{)/)
      .filter((text) => text.trim() !== "")
      .map((text) => JSON.parse(text) as StateLock);
  }
  if (/matched no objects/i.test(ended.stderr)) return [];
  const [said = "gcloud failed"] = /^ERROR: .*$/m.exec(ended.stderr) ?? [];
  throw new CannotTell(said, "gcloud auth login");
}

/**
 * What the locks say. A lock of this machine whose process is gone is a problem, and so is one of another machine that is
 * older than both releases may take. `isPulumi`: whether a process of this machine is one of Pulumi.
 */
export function lockFindings(
  stack: string,
  locks: readonly StateLock[],
  now: Date,
  isPulumi: (pid: number) => boolean,
): Finding[] {
  const longest = (metaChartRelease(stack).timeout + certManagerRelease.timeout) * 1000;
  return locks.map(({ pid, username, hostname: machine, timestamp }) => {
    const age = now.getTime() - Date.parse(timestamp);
    const since = timestamp.slice(0, 16).replace("T", " ");
    const held = `locked for ${spanText(age)} (since ${since} UTC) by ${username} on ${machine}, process ${String(pid)}`;
    const about = `state of ${stack}`;
    const fix = `pulumi cancel --stack ${stack}`;
    const killed = "the run was killed, and Pulumi refuses further ones";
    if (machine === hostname()) {
      if (!isPulumi(pid)) {
        return { level: "problem", about, found: `${held}, which no longer runs: ${killed}`, fix };
      }
    } else if (age > longest) {
      const found = `${held}, longer than the ${String(longest / 60_000)} min that a deploy may take: ${killed}`;
      return { level: "problem", about, found, fix };
    }
    const found = `${held}: a deploy is running, or was killed`;
    return { level: "warning", about, found, fix: `${fix}   # only if no deploy is running` };
  });
}
