import { columns } from "../../ground/terminal/columns";
import { Command } from "commander";
import { settingCommand } from "../../../secret/commands";
import { Failure } from "../../ground/terminal/failure";
import { givenSecret } from "../../operate/secrets/shape";
import { secretsOfStacks, type StackSecret } from "../../operate/secrets/state";

interface Options {
  readonly json?: true;
  /** Show what is used by what, too. */
  readonly users?: true;
}

/** `mybinder secrets list`: every secret, how it stands, how old it is and when it ends. */
export function listCommand(): Command {
  return new Command("list")
    .description("List the secrets of the stacks (default: all) with their state; reads only the stack files")
    .argument("[stacks...]")
    .option("--users", "show what uses each secret, instead of its purpose")
    .option("--json", "print as JSON")
    .action((stacks: string[], { json, users }: Options) => {
      const rows = secretsOfStacks(stacks, new Date());
      process.stdout.write(
        json ? `${JSON.stringify(rows, undefined, 2)}\n` : render(rows, users ? "usedBy" : "purpose"),
      );
    });
}

/** `mybinder secrets missing`: what a preview would ask for. */
export function missingCommand(): Command {
  return new Command("missing")
    .description(
      "List the secrets that are not set, each with the command that sets it; exits with 1 when there are any",
    )
    .argument("[stacks...]")
    .option("--json", "print as JSON")
    .action((stacks: string[], { json }: Options) => {
      const missing = secretsOfStacks(stacks, new Date())
        .filter(({ state }) => state === "missing")
        .map(({ stack, key, purpose }) => ({
          stack,
          key,
          purpose,
          command: settingCommand(givenSecret(key), stack),
        }));
      const text = missing.map(({ stack, purpose, command }) => `${stack}: ${purpose}\n  ${command}\n`);
      process.stdout.write(json ? `${JSON.stringify(missing, undefined, 2)}\n` : text.join(""));
      if (missing.length > 0) throw new Failure(`${String(missing.length)} secrets are not set`);
    });
}

function render(rows: readonly StackSecret[], last: "purpose" | "usedBy"): string {
  const lines = columns(rows.map((row) => [row.key, row.state, age(row), `${row[last]}${ending(row)}`]));
  return [...new Set(rows.map(({ stack }) => stack))]
    .map(
      (stack) =>
        `${stack}\n${lines.map((line, index) => (rows[index]?.stack === stack ? `  ${line}\n` : "")).join("")}`,
    )
    .join("");
}

function age({ ageDays, state }: StackSecret): string {
  if (ageDays === undefined) return state === "set" ? "age unknown" : "";
  return `${days(ageDays)} old`;
}

function ending({ expires, expiresInDays }: StackSecret): string {
  if (expires === undefined || expiresInDays === undefined) return "";
  if (expiresInDays < 0) return `  EXPIRED ${days(-expiresInDays)} ago (${expires})`;
  return `  expires in ${days(expiresInDays)} (${expires})`;
}

function days(count: number): string {
  return count === 1 ? "1 day" : `${String(count)} days`;
}
