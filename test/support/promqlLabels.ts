/** What a query asks of a label of a metric: `=~` and `=` name values that must be there, the others values that need not. */
export interface AskedLabel {
  readonly metric: string;
  readonly label: string;
  readonly op: "=" | "=~" | "!=" | "!~";
  readonly value: string;
}

/** The label matchers of a query. */
export function matchersOf(query: string): AskedLabel[] {
  return [...query.matchAll(/([a-zA-Z_:][\w:]*)\{((?:"(?:[^"\\]|\\.)*"|[^}"])*)\}/g)].flatMap(
    ([, metric = "", inside = ""]) =>
      [...inside.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map(
        ([, label = "", op = "", value = ""]) => ({ metric, label, op: op as AskedLabel["op"], value }),
      ),
  );
}

/** The labels by which a query groups and joins. */
export function groupingsOf(query: string): string[] {
  return [...query.matchAll(/\b(?:by|without|on|ignoring) \(([^)]*)\)/g)].flatMap(([, inside = ""]) =>
    inside.split(",").flatMap((label) => label.trim() || []),
  );
}
