import { appendFileSync } from "node:fs";
import { Command } from "commander";
import { ciEnvironment } from "../../../environment";
import { stackNames } from "../../../model/stack/stackFiles";
import { lifecycleOf } from "../../../model/member/lifecycle";
import { Failure } from "../../ground/terminal/failure";
import { tableText } from "../../ground/terminal/columns";
import { ROOT } from "../../ground/root";
import { stackConfig } from "../../ground/stackFile/stacks";
import { type DeployPlan, deployPlan, type PlannedStack } from "../../operate/ci/plan";

/** `mybinder ci plan`: the stages of a deploy; in a workflow they become outputs, from which it has its matrix. */
export function planCommand(): Command {
  return new Command("plan")
    .description("List the stages of a deploy: staging, the canary member, the other members, the proxy")
    .argument("[stack...]", "only these stacks")
    .option("--json", "print as JSON")
    .action((only: string[], { json }: { json?: true }) => {
      const plan = deployPlan(plannedStacks(), only.length === 0 ? undefined : known(only));
      const { outputFile } = ciEnvironment();
      const stages = Object.entries(plan) as [keyof DeployPlan, readonly string[]][];
      if (outputFile !== undefined) {
        for (const [stage, stacks] of stages) {
          appendFileSync(outputFile, `${stage}=${JSON.stringify(stacks)}\n`);
        }
      }
      const table = tableText(stages.map(([stage, stacks]) => [stage, stacks.join(", ") || "-"]));
      process.stdout.write(json ? `${JSON.stringify(plan)}\n` : table);
    });
}

/** Every stack, with what its place in a deploy follows from. */
export function plannedStacks(): PlannedStack[] {
  const configs = stackNames(ROOT).map((stack) => ({ stack, config: stackConfig(stack) }));
  const weights = new Map(
    configs.flatMap(({ config }) =>
      config.role === "proxy"
        ? config.federation.members.map(({ name, weight }): [string, number] => [name, weight])
        : [],
    ),
  );
  return configs.map(({ stack, config }) => ({
    stack,
    role: config.role,
    lifecycle: lifecycleOf(config),
    existing: config.cluster.kind === "existing",
    weight: weights.get(stack) ?? 0,
  }));
}

function known(only: readonly string[]): readonly string[] {
  const unknown = only.filter((stack) => !stackNames(ROOT).includes(stack));
  if (unknown.length === 0) return only;
  throw new Failure(`there is no stack ${unknown.join(", ")}; stacks: ${stackNames(ROOT).join(", ")}`, 2);
}
