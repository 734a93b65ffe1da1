import { tableText } from "../ground/terminal/columns";
import { Command, Option } from "commander";
import { isDeployed } from "../../model/member/lifecycle";
import { stackMatrix, type StackLine } from "../ground/stackFile/stackMatrix";

interface Options {
  readonly active?: true;
  readonly role?: StackLine["role"];
  readonly json?: true;
}

/** `mybinder stacks`: the stacks there are; with `--active --json`, CI's matrix. */
export function stacksCommand(): Command {
  return new Command("stacks")
    .description("List the stacks with their roles and lifecycles; reads only the stack files")
    .option("--active", "only stacks to preview and deploy: neither paused nor gone")
    .addOption(new Option("--role <role>", "only stacks with this role").choices(["proxy", "member", "both"]))
    .option("--json", "print as JSON, which CI uses as its matrix")
    .action(({ active, role, json }: Options) => {
      const lines = stackMatrix()
        .filter(({ lifecycle }) => !active || isDeployed(lifecycle))
        .filter((line) => role === undefined || line.role === role);
      process.stdout.write(json ? `${JSON.stringify(lines)}\n` : render(lines));
    });
}

function render(lines: readonly StackLine[]): string {
  return tableText(lines.map(({ stack, role, lifecycle, domain }) => [stack, role, lifecycle, domain]));
}
