import { randomBytes, randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";

/** A line as a container runtime writes it. Source: https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md */
export function criLine(text: string, at = new Date(), tag: "F" | "P" = "F"): string {
  return `${at.toISOString().replace("Z", "000000Z")} stdout ${tag} ${text}\n`;
}

/** The log files of a node as kubelet and containerd keep them: below /var/log/pods, with links in /var/log/containers. */
export class KubeletLogs {
  readonly containers: string;
  readonly pods: string;

  constructor(folder: string) {
    this.containers = join(folder, "containers");
    this.pods = join(folder, "pods");
    for (const path of [this.containers, this.pods]) mkdirSync(path, { mode: 0o755 });
  }

  /** The files of a new container. */
  start(namespace: string, pod: string, container: string): ContainerLog {
    const folder = join(this.pods, `${namespace}_${pod}_${randomUUID()}`);
    return new ContainerLog(this, folder, { namespace, pod, container });
  }
}

/** The files of one container. */
export class ContainerLog {
  readonly id = randomBytes(32).toString("hex");
  private readonly file: string;
  private readonly link: string;
  private rotations = 0;

  constructor(
    logs: KubeletLogs,
    private readonly folder: string,
    { namespace, pod, container }: { namespace: string; pod: string; container: string },
  ) {
    mkdirSync(join(folder, container), { recursive: true, mode: 0o750 });
    this.file = join(folder, container, "0.log");
    this.link = join(logs.containers, `${pod}_${namespace}_${container}-${this.id}.log`);
    appendFileSync(this.file, "", { mode: 0o640 });
    // in the container of the collector too, the pods' files are there
    symlinkSync(this.file.replace(logs.pods, "/var/log/pods"), this.link);
  }

  /** Writes lines, each a whole one. */
  write(texts: readonly string[], at?: Date): void {
    appendFileSync(this.file, texts.map((text) => criLine(text, at)).join(""));
  }

  /** Writes a text that the runtime splits, as it does every 16 KiB. */
  writeSplit(parts: readonly string[]): void {
    const last = parts.length - 1;
    appendFileSync(
      this.file,
      parts.map((part, index) => criLine(part, new Date(), index < last ? "P" : "F")).join(""),
    );
  }

  /** Rotates: the kubelet renames the file, and the runtime opens another one. */
  rotate(): void {
    renameSync(this.file, `${this.file}.20261127-${String(++this.rotations).padStart(6, "0")}`);
    appendFileSync(this.file, "", { mode: 0o640 });
  }

  /** Removes the files with their pod. */
  remove(): void {
    unlinkSync(this.link);
    rmSync(this.folder, { recursive: true });
  }
}
