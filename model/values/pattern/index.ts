import { PatternError, Scanner } from "./scanner";
import { BACKSLASH_AT_END, CLASS, escapedCode, set } from "./set";

/**
 * Why Python could not compile a regular expression; `undefined` when every Python from 3.8 on compiles it.
 * BinderHub and cryptnono use patterns as they are, and one that does not compile fails on each use. This check is stricter
 * than Python: it also refuses what only some versions accept, or warn about. The text says where and why, and shows at most
 * one character of the pattern, because bans are secret.
 * Sources: Python's documentation of `re`, Lib/re/_parser.py; `test/commands/pattern.test.ts` asks Python itself.
 */
export function patternProblem(pattern: string): string | undefined {
  try {
    new Parser(pattern).parse();
    return undefined;
  } catch (error) {
    if (error instanceof PatternError) return `character ${String(error.position + 1)}: ${error.message}`;
    throw error;
  }
}

/** The smallest and largest number of characters that a part matches. */
interface Width {
  readonly least: number;
  readonly most: number;
}

/** A part of a sequence. A part that matches a position, and so no character, cannot be repeated. */
type Part = Width & { readonly isPlace?: true };

const ONE: Part = { least: 1, most: 1 };
const PLACE: Part = { least: 0, most: 0, isPlace: true };
const ANY: Part = { least: 0, most: Infinity };
const MOST_CHARACTERS = 10_000;
const MOST_DEPTH = 30;
const MOST_GROUPS = 99;
const MOST_REPEATS = 10_000;
const COUNT = /^\{(?:(\d+)(?:(,)(\d*))?|,(\d+))\}/;

class Parser {
  private readonly scanner: Scanner;
  private groups = 0;
  private readonly closed = new Set<number>();
  private readonly names = new Map<string, number>();
  private lookbehinds = 0;

  constructor(pattern: string) {
    this.scanner = new Scanner(pattern);
  }

  parse(): void {
    const { scanner } = this;
    if (scanner.length > MOST_CHARACTERS) {
      throw new PatternError(MOST_CHARACTERS, `more than ${String(MOST_CHARACTERS)} characters`);
    }
    scanner.position = /^\(\?[ims]+\)/.exec(scanner.ahead(20))?.[0].length ?? 0;
    this.alternatives(0);
    if (scanner.next !== undefined) throw scanner.wrong("a ) without a matching (");
  }

  private alternatives(depth: number): Width {
    let { least, most } = this.sequence(depth);
    while (this.scanner.take("|")) {
      const other = this.sequence(depth);
      least = Math.min(least, other.least);
      most = Math.max(most, other.most);
    }
    return { least, most };
  }

  private sequence(depth: number): Width {
    let [least, most] = [0, 0];
    while (!/^[|)]?$/.test(this.scanner.next ?? "")) {
      const part = this.repeated(this.part(depth));
      least += part.least;
      most += part.most;
    }
    return { least, most };
  }

  private part(depth: number): Part {
    const { scanner } = this;
    const character = scanner.character("the pattern ends too early");
    switch (character) {
      case "(":
        return this.group(depth + 1);
      case "[":
        set(scanner);
        return ONE;
      case "\\":
        return this.escape();
      case "^":
      case "$":
        return PLACE;
      case "*":
      case "+":
      case "?":
        throw scanner.wrong(`${character} has nothing to repeat`, -1);
      case "{":
        throw scanner.wrong("{ has nothing to repeat; write \\{ for the character", -1);
      default:
        return ONE;
    }
  }

  private repeated(part: Part): Width {
    const start = this.scanner.position;
    const count = this.count();
    if (!count) return part;
    if (part.isPlace) throw new PatternError(start, "an anchor such as ^, $ or \\b cannot be repeated");
    this.scanner.take("?");
    const again = this.scanner.position;
    if (this.count()) throw new PatternError(again, "a repetition cannot be repeated");
    return { least: part.least * count.least, most: times(part.most, count.most) };
  }

  /** The repetition count after a part; `undefined` when there is none. */
  private count(): Width | undefined {
    const { scanner } = this;
    if (scanner.take("*")) return { least: 0, most: Infinity };
    if (scanner.take("+")) return { least: 1, most: Infinity };
    if (scanner.take("?")) return { least: 0, most: 1 };
    if (scanner.next !== "{") return undefined;
    const found = COUNT.exec(scanner.ahead(40));
    if (!found) {
      throw scanner.wrong("{ does not start a count such as {2} or {2,5}; write \\{ for the character");
    }
    const [text, from = "0", comma, to = "", upTo] = found;
    const least = Number(from);
    const most = upTo !== undefined ? Number(upTo) : !comma ? least : to === "" ? Infinity : Number(to);
    if (most < least) throw scanner.wrong("a count whose maximum is below its minimum");
    if ([least, most].some((limit) => limit > MOST_REPEATS && limit !== Infinity)) {
      throw scanner.wrong(`a count above ${String(MOST_REPEATS)}`);
    }
    scanner.position += text.length;
    return { least, most };
  }

  private group(depth: number): Part {
    const { scanner } = this;
    if (depth > MOST_DEPTH) {
      throw scanner.wrong(`groups nested more than ${String(MOST_DEPTH)} deep`, -1);
    }
    if (!scanner.take("?")) return this.capturing(depth);
    if (scanner.take("=") || scanner.take("!")) {
      this.inside(depth);
      return PLACE;
    }
    const start = this.skip(/^<[=!]/);
    if (start) return this.lookbehind(depth);
    const named = this.skip(/^P<([A-Za-z_][A-Za-z0-9_]*)>/);
    if (named) return this.capturing(depth, named[1]);
    const again = this.skip(/^P=([A-Za-z_][A-Za-z0-9_]*)\)/);
    if (again) return this.reference(this.names.get(again[1] ?? ""));
    if (this.skip(/^(:|[ims]+:)/)) return this.inside(depth);
    throw scanner.wrong(
      "(? must be followed by : = ! <= <! P<name> P=name, or by flags of i, m and s with a :",
    );
  }

  private skip(wanted: RegExp): RegExpExecArray | null {
    const found = wanted.exec(this.scanner.ahead(80));
    this.scanner.position += found?.[0].length ?? 0;
    return found;
  }

  private capturing(depth: number, name?: string): Part {
    this.groups += 1;
    const number = this.groups;
    if (number > MOST_GROUPS) throw this.scanner.wrong(`more than ${String(MOST_GROUPS)} groups`, -1);
    if (name !== undefined) {
      if (this.names.has(name)) throw this.scanner.wrong("a second group with the same name", -1);
      this.names.set(name, number);
    }
    const width = this.inside(depth);
    this.closed.add(number);
    return width;
  }

  private lookbehind(depth: number): Part {
    const start = this.scanner.position - 1;
    this.lookbehinds += 1;
    const { least, most } = this.inside(depth);
    this.lookbehinds -= 1;
    if (least !== most) throw new PatternError(start, "a lookbehind must have a fixed length");
    return PLACE;
  }

  private inside(depth: number): Width {
    const width = this.alternatives(depth);
    if (!this.scanner.take(")")) throw this.scanner.wrong("a ( without a matching )");
    return width;
  }

  private reference(group: number | undefined): Part {
    if (this.lookbehinds > 0) throw this.scanner.wrong("a reference within a lookbehind", -1);
    if (group === undefined || !this.closed.has(group)) {
      throw this.scanner.wrong("a reference to a group that does not end before it", -1);
    }
    return ANY;
  }

  private escape(): Part {
    const { scanner } = this;
    const character = scanner.character(BACKSLASH_AT_END);
    if (/^[bBAZ]$/.test(character)) return PLACE;
    if (/^[1-9]$/.test(character)) {
      if (/^[0-9]$/.test(scanner.next ?? "")) throw scanner.wrong("a reference with two digits", -1);
      return this.reference(Number(character));
    }
    if (!CLASS.test(character)) escapedCode(scanner, character);
    return ONE;
  }
}

function times(most: number, count: number): number {
  return most === 0 || count === 0 ? 0 : most * count;
}
