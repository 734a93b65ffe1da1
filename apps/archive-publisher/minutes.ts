import { createHash } from "node:crypto";
import { appendFileSync, createReadStream, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Bytes that wait for the disk. */
const WAITING = 2 << 20;

/**
 * The events of a day on disk, one file a minute: whatever the number of events, memory holds no more than a few MB of them.
 * Files of minutes one after the other are sorted, and events of one minute stay in the order in which they came.
 */
export class Minutes {
  private readonly waiting = new Map<string, string[]>();
  private readonly minutes = new Set<string>();
  private bytes = 0;
  count = 0;

  /** `folder` is emptied first: what a run that was killed left there is of no use. */
  constructor(private readonly folder: string) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  /** `minute` sorts as text, and is fit for the name of a file. */
  add(minute: string, line: string): void {
    const lines = this.waiting.get(minute) ?? [];
    lines.push(line);
    this.waiting.set(minute, lines);
    this.bytes += line.length + 1;
    this.count += 1;
    if (this.bytes >= WAITING) this.flush();
  }

  /** Size and MD5 (base64) of all lines, each with its end. */
  async sum(): Promise<{ readonly size: number; readonly md5Hash: string }> {
    const md5 = createHash("md5");
    let size = 0;
    for await (const chunk of this.content()) {
      md5.update(chunk);
      size += chunk.length;
    }
    return { size, md5Hash: md5.digest("base64") };
  }

  async *content(): AsyncGenerator<Buffer> {
    this.flush();
    for (const minute of [...this.minutes].sort()) {
      yield* createReadStream(join(this.folder, minute)) as AsyncIterable<Buffer>;
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private flush(): void {
    for (const [minute, lines] of this.waiting) {
      appendFileSync(join(this.folder, minute), `${lines.join("\n")}\n`);
      this.minutes.add(minute);
    }
    this.waiting.clear();
    this.bytes = 0;
  }
}
