/** A text that others replace while we run. When it becomes malformed, the last good value stays. */
export class Input<T> {
  private text: string | undefined;
  private last: T;
  valid = true;

  constructor(
    private readonly name: string,
    private readonly parse: (text: string) => T,
    /** What holds while nobody has said anything. */
    private readonly none: T,
    private readonly log: (line: string) => void,
  ) {
    this.last = none;
  }

  get value(): T {
    return this.last;
  }

  /** Takes the text as it is now; undefined: there is none. */
  accept(text: string | undefined): void {
    if (text === this.text) return;
    this.text = text;
    try {
      this.last = text === undefined ? this.none : this.parse(text);
      this.valid = true;
    } catch (error) {
      this.valid = false;
      this.log(
        `${this.name}: ${error instanceof Error ? error.message : String(error)}; the last good one stays`,
      );
    }
  }
}
