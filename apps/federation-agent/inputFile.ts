import { readFileSync } from "node:fs";

/** A file that others replace while we run. When it becomes unreadable, the last good value stays. */
export class InputFile<T> {
  private text: string | undefined;
  valid = true;

  constructor(
    private readonly file: string,
    private readonly parse: (text: string) => T,
    private last: T,
    private readonly log: (line: string) => void,
  ) {
    this.none = last;
  }

  private readonly none: T;

  get value(): T {
    return this.last;
  }

  /** Reads it again. A file that is missing is as good as an empty one: nobody has said anything. */
  read(): void {
    const text = textOf(this.file);
    if (text === this.text) return;
    this.text = text;
    try {
      this.last = text === undefined ? this.none : this.parse(text);
      this.valid = true;
    } catch (error) {
      this.valid = false;
      this.log(
        `${this.file}: ${error instanceof Error ? error.message : String(error)}; the last good one stays`,
      );
    }
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
