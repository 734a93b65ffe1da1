import { Command } from "commander";
import { givenSecrets } from "../../secret/given";
import { adoptPlan } from "../adopt/plan";
import { readLive } from "../adopt/live";
import { adoptText } from "../adopt/text";
import { toStderr } from "../report";
import { loadStackFile } from "../stacks";

/** `mybinder adopt`: how the live releases of a stack are taken over. It reads the cluster and changes nothing. */
export function adoptCommand(): Command {
  return new Command("adopt")
    .description("Print what takes over the live releases of a stack; reads the cluster, changes nothing")
    .argument("<stack>", "the stack")
    .requiredOption("--kubeconfig <file>", "the cluster it runs on; never the ambient one")
    .option("--json", "the plan as JSON")
    .action(async (stack: string, { kubeconfig, json }: { kubeconfig: string; json?: true }) => {
      const { config } = loadStackFile(stack).stack;
      const events = givenSecrets.some(
        (secret) => secret.key === "eventsServiceAccount" && secret.neededBy(config),
      );
      const plan = adoptPlan(stack, events, await readLive(stack, kubeconfig, toStderr));
      process.stdout.write(
        json ? `${JSON.stringify(plan, undefined, 2)}\n` : adoptText(stack, kubeconfig, plan),
      );
    });
}
