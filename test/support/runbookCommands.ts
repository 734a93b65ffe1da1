import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/ground/root";

const FOLDER = join(ROOT, "docs", "runbooks");
const BLOCK = /^```bash\n([^]*?)^```/gm;
const CHANGES =
  /^(kubectl (?!.*\bauth can-i\b).*\b(delete|create|patch|rollout|scale|uncordon)\b|helm .*\brollback\b)/;

/** A command that pages of docs/runbooks tell an operator to run. */
export interface RunbookCommand {
  /** As the pages have it, without its comment. */
  readonly command: string;
  readonly pages: readonly string[];
  /** Whether it changes something in the cluster. */
  readonly changes: boolean;
}

/** The commands of these programs in all pages: in their blocks, and in the text between. */
export function runbookCommands(programs: readonly string[]): RunbookCommand[] {
  const found = new Map<string, string[]>();
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".md") && file !== "README.md");
  for (const file of files) {
    const text = readFileSync(join(FOLDER, file), "utf8");
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
