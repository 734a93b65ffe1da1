import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Failure } from "../failure";

/**
 * The value of a secret: from `file`, else from standard input to its end, or from a prompt that does not echo. Never an
 * argument, which every user of the machine could read. Throws Failure (exit code 2) when the file cannot be read.
 */
export async function readValue(key: string, file: string | undefined): Promise<string> {
  if (file !== undefined) return readFile(file);
  if (!process.stdin.isTTY) return readFileSync(0, "utf8");
  process.stderr.write(`${key} (not shown): `);
  const silentOutput = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const prompt = createInterface({ input: process.stdin, output: silentOutput, terminal: true });
  const value = await prompt.question("");
  prompt.close();
  process.stderr.write("\n");
  return value;
}

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}
