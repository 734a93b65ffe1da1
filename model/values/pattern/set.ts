import { PatternError, type Scanner } from "./scanner";

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4 };
/** Classes of characters, after a backslash. */
export const CLASS = /^[dDsSwW]$/;
export const BACKSLASH_AT_END = "a \\ at the end";
const OPEN = "a [ without a matching ]";

/** Reads a set such as `[a-z_]`, whose first character is already consumed. */
export function set(scanner: Scanner): void {
  const start = scanner.position - 1;
  scanner.take("^");
  if (scanner.next === "]") throw scanner.wrong("] right after [; write \\] for the character");
  while (!scanner.take("]")) {
    if (scanner.next === undefined) throw new PatternError(start, OPEN);
    const from = member(scanner);
    if (scanner.ahead(2) === "-]" || !scanner.take("-")) continue;
    if (scanner.next === "-") throw doubled(scanner, "-");
    const to = member(scanner);
    if (from === undefined || to === undefined) {
      throw scanner.wrong("a range with a class such as \\d at one end", -1);
    }
    if (to < from) throw scanner.wrong("a range whose end is before its start", -1);
  }
}

function doubled(scanner: Scanner, character: string): PatternError {
  return scanner.wrong(`${character}${character} within [ ]; write \\${character} for the character`, -1);
}

/** The code of one character of a set; `undefined` for a class such as \d. */
function member(scanner: Scanner): number | undefined {
  const character = scanner.character(OPEN);
  // Python warns about these: a later version may read a nested set.
  if (character === "[") throw scanner.wrong("[ within [ ]; write \\[ for the character", -1);
  if (/^[-&~|]$/.test(character) && scanner.next === character) {
    throw doubled(scanner, character);
  }
  if (character !== "\\") return character.codePointAt(0);
  const escaped = scanner.character(BACKSLASH_AT_END);
  if (CLASS.test(escaped)) return undefined;
  return escaped === "b" ? 8 : escapedCode(scanner, escaped);
}

/** The code of a character after a backslash: by its letter, its number or itself. */
export function escapedCode(scanner: Scanner, character: string): number {
  const control = CONTROLS[character];
  if (control !== undefined) return control;
  const digits = HEX_DIGITS[character];
  if (digits === undefined) {
    if (/^[A-Za-z0-9]$/.test(character)) throw scanner.wrong(`\\${character} has no meaning here`, -1);
    return character.codePointAt(0) ?? 0;
  }
  const code = scanner.ahead(digits);
  if (!new RegExp(`^[0-9A-Fa-f]{${String(digits)}}$`).test(code)) {
    throw scanner.wrong(`\\${character} without its ${String(digits)} digits`);
  }
  scanner.position += digits;
  return parseInt(code, 16);
}
