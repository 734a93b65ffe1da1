import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { Failure } from "../../ground/terminal/failure";
import { editFiles } from "../../ground/stackFile/editor";
import { ROOT } from "../../ground/root";
import type { Loss } from "./losses";

const waiverSchema = z.strictObject({ name: z.string(), reason: z.string().min(10), day: z.string() });
const fileSchema = z.strictObject({ waived: z.array(waiverSchema) });

/** A loss that was looked at and accepted. */
export type Waiver = z.infer<typeof waiverSchema>;

/** The file of a stack's waivers, below the project's root; it is reviewed and committed with the stack file. */
export function waiverFile(stack: string): string {
  return join("adopted", `${stack}.yaml`);
}

/** What was waived for a stack so far. Throws Failure (exit code 2) when the file is not as it was written. */
export function readWaivers(stack: string, root = ROOT): Waiver[] {
  const path = join(root, waiverFile(stack));
  if (!existsSync(path)) return [];
  const { data } = fileSchema.safeParse(parse(readFileSync(path, "utf8")));
  if (data) return data.waived;
  throw new Failure(
    `${waiverFile(stack)}: not a list \`waived\` of {name, reason of at least 10 characters, day}`,
    2,
  );
}

/**
 * Records that losses are accepted, with one reason. Throws Failure (exit code 2) for a name that is no loss of the stack,
 * or without a reason.
 */
export async function waive(
  stack: string,
  names: readonly string[],
  reason: string | undefined,
  losses: readonly Loss[],
  now: Date,
  root = ROOT,
): Promise<void> {
  const unknown = names.filter((name) => !losses.some((loss) => loss.name === name));
  if (unknown.length > 0) {
    throw new Failure(
      `${stack} has no loss named ${unknown.join(", ")}; its losses: ${losses.map(({ name }) => name).join(", ") || "nothing"}`,
      2,
    );
  }
  if (reason === undefined || reason.trim().length < 10) {
    throw new Failure("--waive needs a --reason of at least 10 characters; the waiver file records it", 2);
  }
  const file = waiverFile(stack);
  mkdirSync(join(root, dirname(file)), { recursive: true });
  await editFiles(
    ({ text, write }) => {
      const before = text(file) === undefined ? [] : readWaivers(stack, root);
      const added = names.map((name) => ({
        name,
        reason: reason.trim(),
        day: now.toISOString().slice(0, 10),
      }));
      const waived = [...before.filter(({ name }) => !names.includes(name)), ...added];
      write({
        [file]: `# What the take-over of ${stack} gives up, and why: npx mybinder adopt --waive\n${stringify({ waived })}`,
      });
    },
    { root },
  );
}
