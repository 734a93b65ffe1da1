import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MemberPlan } from "../../members/texts";
import { ROOT } from "../../root";

/** Text of a stack file; `undefined` when there is none. */
export function stackText(stack: string): string | undefined {
  const file = join(ROOT, `Pulumi.${stack}.yaml`);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Writes every file of a plan whole, or none: all are written beside their places first. Prints the rest of it. */
export function carryOut({ files, follows, steps }: MemberPlan): void {
  const written = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (const [file, content] of written) writeFileSync(join(ROOT, `${file}.new`), content);
  for (const [file] of written) renameSync(join(ROOT, `${file}.new`), join(ROOT, file));
  for (const [file, content] of Object.entries(files)) {
    if (content === undefined) rmSync(join(ROOT, file));
    process.stdout.write(`${content === undefined ? "removed" : "wrote"} ${file}\n`);
  }
  process.stdout.write(
    `\nWhat the next preview of the proxy shows:\n${follows.map((line) => `  ${line}\n`).join("") || "  nothing\n"}` +
      `\nWhat remains:\n${steps.map((step, index) => `${String(index + 1)}. ${step}\n`).join("")}`,
  );
}
