/** A text as a regular expression that matches it alone, in JavaScript as in RE2. */
export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
