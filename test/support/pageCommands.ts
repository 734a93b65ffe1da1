import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/ground/root";

const DOCS = join(ROOT, "docs");
const BLOCK = /^```bash\n([^]*?)^```/gm;
const CHANGES =
  /^(kubectl (?!.*\bauth can-i\b).*\b(delete|create|patch|rollout|scale|uncordon)\b|helm .*\brollback\b)/;

/** A command that pages of docs/ tell an operator to run. */
export interface PageCommand {
  /** As the pages have it, without its comment. */
  readonly command: string;
  readonly pages: readonly string[];
  /** Whether it changes something in the cluster. */
  readonly changes: boolean;
}

/** The commands of these programs in all pages, runbooks included: in their blocks, and in the text between. */
export function pageCommands(programs: readonly string[]): PageCommand[] {
  const found = new Map<string, string[]>();
  const files = readdirSync(DOCS, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".md"),
  );
  for (const file of files) {
    const text = readFileSync(join(DOCS, file), "utf8");
    const blocks = [...text.matchAll(BLOCK)].flatMap(([, block = ""]) => block.split("\n"));
    const between = [...text.replace(BLOCK, "").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
    for (const line of [...blocks, ...between]) {
      const command = line.replace(/\s+# .*$/, "").trim();
      const [program = "", ...words] = command.split(" ");
      if (!programs.includes(program) || words.length < 2 || command.includes("…")) continue;
      found.set(command, [...(found.get(command) ?? []), file]);
    }
  }
  return [...found].map(([command, pages]) => ({
    command,
    pages: [...new Set(pages)],
    changes: CHANGES.test(command),
  }));
}
