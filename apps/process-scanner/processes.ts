import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { type Group, groupOf } from "./cgroup";

/** USER_HZ: what /proc counts in, on every architecture that Node runs on. */
const TICKS = 100;
/** Of a command line; whoever starts a process decides on its length, which may be megabytes of nothing. */
const MOST_BYTES = 4096;
/** Ancestors of a process that are looked at. */
const MOST_ANCESTORS = 64;

/** What the kernel tells everybody of a process; not its program's file or environment, for which one would have to be able to trace it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Ticks from the start of the machine to that of the process: with the pid, it says which process is meant. */
  readonly started: string;
  readonly name: string;
  /** Arguments with spaces between them; empty where the process has overwritten them, which everybody may. */
  readonly commandLine: string;
  readonly parentCommandLine: string;
  /** Since it started. */
  readonly ageSeconds: number;
  /** Its own, and with those of its children that have ended. */
  readonly ownCpuSeconds: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly podUid: string;
  /** Whether a Docker daemon in the pod runs it. */
  readonly docker: boolean;
}

interface Stat {
  readonly pid: number;
  readonly name: string;
  readonly parent: number;
  readonly started: string;
  /** Whether only its number is left, which its parent has not taken back. */
  readonly ended: boolean;
  readonly ownTicks: number;
  readonly ticks: number;
}

/** The processes of a machine, as /proc shows them. */
export class ProcessTable {
  constructor(private readonly folder = "/proc") {}

  /** The processes of pods with these UIDs. One that ends meanwhile is left out. Throws where /proc cannot be read. */
  of(pods: ReadonlySet<string>): Process[] {
    const uptime = Number(readFileSync(join(this.folder, "uptime"), "utf8").split(" ")[0]);
    const pids = readdirSync(this.folder).filter((name) => /^\d+$/.test(name));
    const all = new Map(pids.flatMap((pid) => this.entry(Number(pid))));
    return [...all.values()].flatMap(({ stat, group }) => {
      const place = placeOf(stat.pid, all);
      const { ownTicks, ticks, ended, ...known } = stat;
      if (!place || ended || !pods.has(place.podUid)) return [];
      return {
        ...known,
        commandLine: this.commandLine(stat.pid),
        parentCommandLine: this.commandLine(stat.parent),
        ageSeconds: uptime - Number(stat.started) / TICKS,
        ownCpuSeconds: ownTicks / TICKS,
        cpuSeconds: ticks / TICKS,
        memoryBytes: this.memory(stat.pid),
        podUid: place.podUid,
        docker: group.docker,
      };
    });
  }

  /** Whether a process is still the one that was seen: another may have its number by now. */
  is({ pid, started, podUid, docker }: Process): boolean {
    const [found] = this.entry(pid);
    if (found?.[1].stat.started !== started) return false;
    const { group } = found[1];
    return group.docker === docker && (group.podUid === podUid || group.podUid === undefined);
  }

  private entry(pid: number): [number, { stat: Stat; group: Group }][] {
    const text = this.read(pid, "stat");
    const group = this.read(pid, "cgroup");
    return text === "" ? [] : [[pid, { stat: statOf(pid, text), group: groupOf(group) }]];
  }

  private commandLine(pid: number): string {
    const text = this.read(pid, "cmdline", firstBytes);
    let end = text.length;
    while (end > 0 && text[end - 1] === "\0") end -= 1;
    return text.slice(0, end).replaceAll("\0", " ");
  }

  private memory(pid: number): number {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(this.read(pid, "status"))?.[1] ?? 0) * 1024;
  }

  /** Empty when the process is gone. */
  private read(
    pid: number,
    file: string,
    how = (path: string): string => readFileSync(path, "utf8"),
  ): string {
    try {
      return how(join(this.folder, String(pid), file));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ESRCH") return "";
      throw error;
    }
  }
}

function firstBytes(path: string): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(MOST_BYTES);
    return bytes.toString("utf8", 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

/** The name is in parentheses, and may hold some. Source: proc_pid_stat(5). */
function statOf(pid: number, text: string): Stat {
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const number = (field: number): number => Number(fields[field - 3]);
  const ownTicks = number(14) + number(15);
  return {
    pid,
    name: text.slice(text.indexOf("(") + 1, end),
    parent: number(4),
    started: fields[22 - 3] ?? "",
    ended: fields[0] === "Z" || fields[0] === "X",
    ownTicks,
    ticks: ownTicks + number(16) + number(17),
  };
}

/**
 * The pod of a process. A container of Docker may be in a group of its own beside all pods: then it is in the pod of its
 * nearest ancestor that is in one. A Docker of the machine itself has none.
 */
function placeOf(
  pid: number,
  all: ReadonlyMap<number, { stat: Stat; group: Group }>,
): { readonly podUid: string } | undefined {
  let next = all.get(pid);
  if (next?.group.podUid === undefined && next?.group.docker !== true) return undefined;
  for (let left = MOST_ANCESTORS; next && left > 0; left--) {
    const { podUid } = next.group;
    if (podUid !== undefined) return { podUid };
    next = all.get(next.stat.parent);
  }
  return undefined;
}
