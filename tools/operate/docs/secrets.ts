import { generatedSecrets } from "../../../secret/generated";
import { givenSecrets } from "../../../secret/given";
import { needWords } from "../../../secret/needs";
import { shapes } from "../../../secret/shapes";
import type { Secret } from "../../../secret/types";
import { markdownTable, prose } from "./markdown";

/** The page docs/secret-catalogue.md, made from the catalogue of secrets. */
export function secretCataloguePage(): string {
  return `# Every secret there is

\`\`\`bash
npx mybinder secrets list              # how each stands on each stack, how old it is, when it ends
npx mybinder secrets rotate KEY --stack STACK
npx mybinder docs                      # writes this page again after a change of secret/
\`\`\`

What to do with them is in [secrets.md](secrets.md), who can read them in [access.md](access.md).

## Given

Set by an operator, encrypted into the stack file. A value of another shape is refused, and one that two stacks share too,
unless the last column says why that is fine.

${table(
  ["key", "what it is", "read by", "stacks with", "shape", "may be shared"],
  givenSecrets.map((secret) => [
    code(secret.key),
    `${secret.purpose}${secret.optional ? ` (${secret.optional.length === 0 ? "optional" : "optional on an existing cluster"})` : ""}`,
    secret.usedBy,
    stacksOf(secret),
    shapes[secret.shape].wanted,
    secret.shared ?? "",
  ]),
)}

${table(
  ["key", "where a new one is made", "what its deploy does", "how the old one ends"],
  givenSecrets.map(({ key, rotation: { renew, effect, revoke } }) => [code(key), renew, effect, revoke]),
)}

## Generated

Drawn by the program at the first deploy and kept, encrypted, in the stack's state. They change when they are rotated, and
never else. Those with something to do by hand are remembered in a volume: they are kept while what they are for is switched off.

${table(
  ["key", "what it is", "read by", "stacks with", "effect of rotating it", "manual steps"],
  generatedSecrets.map((secret) => [
    code(secret.key),
    secret.purpose,
    secret.usedBy,
    stacksOf(secret),
    secret.rotation.effect,
    secret.rotation.byHand ?? "",
  ]),
)}
`;
}

function stacksOf({ neededBy }: Secret): string {
  return needWords.get(neededBy) ?? "";
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return markdownTable(
    head,
    rows.map((cells) => cells.map(prose)),
  );
}
