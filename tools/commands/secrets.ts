import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Command } from "commander";
import { stackNames } from "../../model/stackFiles";
import { Failure } from "../failure";
import { run } from "../run";
import { ROOT } from "../root";
import { checkShape, givenSecret } from "../secrets/shape";
import { secretsOfStack, type StackSecret } from "../secrets/state";
import { loadStackFile } from "../stacks";

/** `mybinder secrets list | missing | check | set`: the secrets of the stacks, by name; no value is ever shown. */
export function secretsCommand(): Command {
  const command = new Command("secrets").description(
    "The secrets of the stacks, by name and state; no value is ever shown",
  );
  command
    .command("list [stacks...]")
    .description("Every secret of the stacks (default: all) and how it stands, from the stack files alone")
    .option("--json", "print as JSON")
    .action((stacks: string[], { json }: { json?: true }) => {
      const rows = secretsOf(stacks);
      process.stdout.write(json ? `${JSON.stringify(rows, undefined, 2)}\n` : render(rows));
    });
  command
    .command("missing [stacks...]")
    .description(
      "The secrets that are not set, each with the command that sets it; exits with 1 when there are any",
    )
    .action((stacks: string[]) => {
      const missing = secretsOf(stacks).filter(({ state }) => state === "missing");
      process.stdout.write(
        missing
          .map(
            ({ stack, key, purpose }) =>
              `${stack}: ${purpose}\n  npx mybinder secrets set ${key} --stack ${stack} --file FILE\n`,
          )
          .join(""),
      );
      if (missing.length > 0) throw new Failure(`${String(missing.length)} secrets are not set`);
    });
  command
    .command("check")
    .description("Fail when a stack file holds a secret in plain text, or one that nothing uses")
    .action(() => {
      const wrong = secretsOf([]).filter(({ state }) => state === "plain text" || state === "unused");
      for (const { stack, key, state } of wrong) {
        process.stdout.write(`Pulumi.${stack}.yaml: mybinder:${key} is ${state}\n`);
      }
      if (wrong.length > 0) {
        throw new Failure(
          "A secret in plain text is known to everybody who has the repository: revoke it, then set a new one.",
        );
      }
    });
  command
    .command("set <key>")
    .description(
      "Encrypt a secret into the stack file with Pulumi; the value comes from a file, standard input or a prompt",
    )
    .requiredOption("--stack <stack>", "the stack")
    .option("--file <file>", "file with the value")
    .action(async (key: string, { stack, file }: { stack: string; file?: string }) => {
      const secret = givenSecret(key);
      loadStackFile(stack);
      const value = file === undefined ? await readValue(key) : readFile(file);
      checkShape(secret, value);
      const { code, stderr } = await pulumiSet(key, stack, value);
      if (code !== 0) throw new Failure(`pulumi did not set ${key} of ${stack}: ${stderr.trim()}`);
      process.stderr.write(`set ${key} in Pulumi.${stack}.yaml, encrypted\n`);
    });
  return command;
}

function secretsOf(stacks: readonly string[]): StackSecret[] {
  return (stacks.length === 0 ? stackNames(ROOT) : stacks).flatMap(secretsOfStack);
}

function render(rows: readonly StackSecret[]): string {
  const width = Math.max(...rows.map(({ key }) => key.length));
  const groups = new Map<string, StackSecret[]>();
  for (const row of rows) groups.set(row.stack, [...(groups.get(row.stack) ?? []), row]);
  return [...groups]
    .map(
      ([stack, of]) =>
        `${stack}\n${of.map(({ key, state, purpose }) => `  ${key.padEnd(width)}  ${state.padEnd(10)}  ${purpose}\n`).join("")}`,
    )
    .join("");
}

/** The value goes to Pulumi's standard input: never an argument, which every user of the machine could read. */
async function pulumiSet(
  key: string,
  stack: string,
  value: string,
): Promise<{ code: number; stderr: string }> {
  const args = ["config", "set", "--secret", key, "--stack", stack, "--cwd", ROOT, "--non-interactive"];
  try {
    return await run("pulumi", args, value);
  } catch {
    throw new Failure("there is no pulumi on PATH: https://www.pulumi.com/docs/iac/download-install/", 3);
  }
}

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

/** Reads the value from standard input to its end, or from a prompt that does not echo. */
async function readValue(key: string): Promise<string> {
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
