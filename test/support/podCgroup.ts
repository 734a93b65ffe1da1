import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where each version of cgroups is mounted: version 2 alone, beside version 1, or one controller of version 1. */
const ROOTS = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"];

/** Groups on this machine as a kubelet makes them for containers of pods. */
export class PodCgroups {
  private readonly made: string[] = [];
  private readonly roots = ROOTS.filter((root) => existsSync(join(root, "cgroup.procs")));

  /** Whether this user may make groups. */
  get possible(): boolean {
    try {
      this.make("kubepods-possible");
      return this.roots.length > 0;
    } catch {
      return false;
    }
  }

  /** Puts a process into the group at `path`, such as `kubepods/burstable/podUID/container`. */
  put(pid: number, path: string): void {
    for (const folder of this.make(path)) writeFileSync(join(folder, "cgroup.procs"), String(pid));
  }

  /** Removes all groups; their processes must have ended. */
  remove(): void {
    for (const folder of this.made.sort((a, b) => b.length - a.length)) {
      try {
        rmdirSync(folder);
      } catch {
        // somebody else's process is in it, or it is gone
      }
    }
  }

  private make(path: string): string[] {
    return this.roots.map((root) => {
      const folder = join(root, path);
      for (let one = folder; one !== root; one = dirname(one)) if (!existsSync(one)) this.made.push(one);
      mkdirSync(folder, { recursive: true });
      return folder;
    });
  }
}
