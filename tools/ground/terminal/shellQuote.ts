/** A word as a POSIX shell reads it, quoted only where it must be. */
export function shellQuote(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
