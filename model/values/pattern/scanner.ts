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

/** Reads a pattern character by character. A character beyond 16 bits counts as one, as in Python. */
export class Scanner {
  private readonly characters: readonly string[];
  position = 0;

  constructor(pattern: string) {
    this.characters = Array.from(pattern);
  }

  get length(): number {
    return this.characters.length;
  }

  /** The next character, without consuming it; `undefined` at the end. */
  get next(): string | undefined {
    return this.characters[this.position];
  }

  /** Consumes the next character if it is this one, and says whether it was. */
  take(character: string): boolean {
    if (this.next !== character) return false;
    this.position += 1;
    return true;
  }

  /** Consumes and returns the next character. Throws a PatternError with `atEnd` when there is none. */
  character(atEnd: string): string {
    const { next } = this;
    if (next === undefined) throw this.wrong(atEnd);
    this.position += 1;
    if (/^[\ud800-\udfff]$/.test(next)) throw this.wrong("half of a character", -1);
    return next;
  }

  /** The next characters, at most this many, without consuming them. */
  ahead(length: number): string {
    return this.characters.slice(this.position, this.position + length).join("");
  }

  /** An error at `offset` characters from here. */
  wrong(message: string, offset = 0): PatternError {
    return new PatternError(this.position + offset, message);
  }
}
