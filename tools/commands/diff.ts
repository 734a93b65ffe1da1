import { Command } from "commander";
import { ownValues } from "../../charts/metaChart";
import { type Difference, diffValues } from "../../model/values/diffValues";
import { type OverrideReport, overridesOf } from "../../model/values/overrides";
import { stackNames } from "../../model/stack/stackFiles";
import { stackValues } from "../../model/values";
import { secretsOf } from "../../secret/catalogue";
import { Failure } from "../ground/terminal/failure";
import { ROOT } from "../ground/root";
import { loadStackFile } from "../ground/stackFile/stacks";

/** What a stack is, as far as it is decided before a deploy: its role, its secrets and every Helm value of ours. */
function decided(name: string): Record<string, unknown> {
  const { stack } = loadStackFile(name);
  return {
    role: stack.config.role,
    cluster: stack.config.cluster.kind,
    certificates: stack.config.certificates,
    protect: stack.config.protect,
    secrets: secretsOf(stack.config)
      .map(({ key }) => key)
      .sort(),
    values: stackValues(stack),
  };
}

/** Every difference of two stacks, secrets by name only. */
export function stackDifferences(left: string, right: string): Difference[] {
  return diffValues(decided(left), decided(right));
}

interface Options {
  readonly stacks?: string[];
  readonly overrides?: true;
  readonly json?: true;
}

/** Every override of every stack. Throws Failure when one is stale. */
function reportOverrides(json: boolean): void {
  const values = ownValues(ROOT);
  const all = stackNames(ROOT).flatMap((name) => overridesOf(loadStackFile(name).stack, values, new Date()));
  const line = ({ stack, key, reason, until, stale }: OverrideReport): string =>
    `${stack}  ${key}  ${reason}${until === undefined ? "" : ` (until ${until})`}\n` +
    stale.map((why) => `  STALE  ${why}\n`).join("");
  process.stdout.write(json ? `${JSON.stringify(all, undefined, 2)}\n` : all.map(line).join(""));
  const stale = all.filter((one) => one.stale.length > 0);
  if (stale.length > 0) throw new Failure(`stale overrides: ${String(stale.length)}`);
}

/** `mybinder diff --stacks A B`: the whole difference of two stacks. */
export function diffCommand(): Command {
  return new Command("diff")
    .description(
      "Show every difference between two stacks: role, names of secrets, and every Helm value that the program sets",
    )
    .option("--stacks <names...>", "the two stacks")
    .option("--overrides", "list every override of every stack instead; exits with 1 when one is stale")
    .option("--json", "print as JSON")
    .action(({ stacks = [], overrides, json }: Options, command: Command) => {
      if (overrides) {
        reportOverrides(json ?? false);
        return;
      }
      const [left, right, ...rest] = stacks;
      if (left === undefined || right === undefined || rest.length > 0) {
        command.error("--stacks takes two stacks: --stacks staging prod", { exitCode: 2 });
      }
      const differences = stackDifferences(left, right);
      process.stdout.write(
        `${json ? JSON.stringify(differences, undefined, 2) : renderDifferences(differences, left, right)}\n`,
      );
    });
}

/** One line for each difference: its path, then what the first and the second stack have. */
export function renderDifferences(differences: readonly Difference[], left: string, right: string): string {
  if (differences.length === 0) return `Stacks ${left} and ${right} do not differ.`;
  const show = (value: unknown): string => (value === undefined ? "(not set)" : JSON.stringify(value));
  return differences
    .map((one) => `${one.path}\n  ${left}: ${show(one.left)}\n  ${right}: ${show(one.right)}`)
    .join("\n");
}
