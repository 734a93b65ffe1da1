import { Command, Option } from "commander";
import { isDeployed } from "../../model/lifecycle";
import { stackMatrix, type StackLine } from "../stackMatrix";

interface Options {
  readonly active?: true;
  readonly role?: StackLine["role"];
  readonly json?: true;
}

/** `mybinder stacks`: the stacks there are; with `--active --json`, CI's matrix. */
export function stacksCommand(): Command {
  return new Command("stacks")
    .description("The stacks, their roles and lifecycles, from the stack files alone")
    .option("--active", "only those that are previewed and deployed: neither paused nor gone")
    .addOption(new Option("--role <role>", "only those of a role").choices(["proxy", "member", "both"]))
    .option("--json", "print as JSON; CI takes its matrix from it")
    .action(({ active, role, json }: Options) => {
      const lines = stackMatrix()
        .filter(({ lifecycle }) => !active || isDeployed(lifecycle))
        .filter((line) => role === undefined || line.role === role);
      process.stdout.write(json ? `${JSON.stringify(lines)}\n` : render(lines));
    });
}

function render(lines: readonly StackLine[]): string {
  const width = Math.max(0, ...lines.map(({ stack }) => stack.length));
  return lines
    .map(
      ({ stack, role, lifecycle, domain }) =>
        `${stack.padEnd(width)}  ${role.padEnd(6)}  ${lifecycle.padEnd(8)}  ${domain}\n`,
    )
    .join("");
}
