const WORDS = new Set([
  "and",
  "or",
  "unless",
  "by",
  "without",
  "on",
  "ignoring",
  "bool",
  "offset",
  "inf",
  "nan",
]);

/**
 * The metrics that a query asks for. Label matchers, groupings, durations and functions are taken out; whether it is a query
 * at all is promtool's to say.
 */
export function metricsOf(query: string): string[] {
  const bare = query
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\{[^}]*\}/g, " ")
    .replace(/\[[^\]]*\]/g, " ")
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ")
    .replace(/\boffset\s+\w+/g, " ");
  const names = [...bare.matchAll(/(?<![\w:.])([a-zA-Z_:][\w:]*)(?!\s*\()(?![\w:])/g)].map(
    ([, name = ""]) => name,
  );
  return [...new Set(names)].filter((name) => !WORDS.has(name.toLowerCase()));
}
