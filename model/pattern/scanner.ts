/** Where and why a pattern is refused. */
export class PatternError extends Error {
  constructor(
    /** Of the character, from 0. */
    readonly position: number,
    message: string,
  ) {
    super(message);
  }
}

/** Reads a pattern character by character; one beyond 16 bits counts as one, as in Python. */
export class Scanner {
  private readonly characters: readonly string[];
  position = 0;

  constructor(pattern: string) {
    this.characters = Array.from(pattern);
  }

  get length(): number {
    return this.characters.length;
  }

  /** The next character, which stays the next; `undefined` at the end. */
  get next(): string | undefined {
    return this.characters[this.position];
  }

  /** Whether the next character is this one; then it is behind us. */
  take(character: string): boolean {
    if (this.next !== character) return false;
    this.position += 1;
    return true;
  }

  /** The next character, which is then behind us. Throws PatternError with `atEnd` when there is none. */
  character(atEnd: string): string {
    const { next } = this;
    if (next === undefined) throw this.wrong(atEnd);
    this.position += 1;
    if (/^[\ud800-\udfff]$/.test(next)) throw this.wrong("half of a character", -1);
    return next;
  }

  /** The next characters, at most so many. */
  ahead(length: number): string {
    return this.characters.slice(this.position, this.position + length).join("");
  }

  /** The error of a place that is `offset` from here. */
  wrong(message: string, offset = 0): PatternError {
    return new PatternError(this.position + offset, message);
  }
}
