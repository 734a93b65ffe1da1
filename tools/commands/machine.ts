import { Command } from "commander";
import { machineSteps } from "../../model/cluster/k3s/steps";
import { Failure } from "../ground/terminal/failure";
import { runStep } from "../operate/machine/ssh";
import { machineOf } from "../operate/machine/target";
import { kubeconfigCommand } from "./machineKubeconfig";
import { restoreCommand } from "./machineRestore";

interface Options {
  readonly identity?: string;
}

/** `mybinder machine`: is a K3s machine what its stack file says, and make it so. */
export function machineCommand(): Command {
  const command = new Command("machine").description("Check and repair the machine of a K3s stack over SSH");
  const add = (name: string, description: string, check: boolean): void => {
    command
      .command(name)
      .description(description)
      .argument("<stack>", "a stack whose cluster is of kind k3s")
      .option("--identity <file>", "root's private key; default: the keys that ssh offers")
      .action(async (stack: string, { identity }: Options) => {
        await overSteps(stack, identity, check);
      });
  };
  add("check", "List what differs from the stack file, such as manual changes; changes nothing", true);
  add("apply", "Run every step again, which reverts manual changes", false);
  return command.addCommand(kubeconfigCommand()).addCommand(restoreCommand());
}

async function overSteps(name: string, identity: string | undefined, check: boolean): Promise<void> {
  const { cluster, host, machine } = machineOf(name, identity, { managed: true });
  let differences = 0;
  for (const step of machineSteps(cluster, host)) {
    const { code, stdout, stderr } = await runStep(machine, step, { check });
    if (code !== 0) throw new Failure(`${name}: step ${step.name} failed on ${host}: ${stderr.trim()}`);
    differences += stdout.split("\n").filter((line) => line.startsWith("differs: ")).length;
    for (const line of stdout.trimEnd().split("\n")) {
      process.stdout.write(`${step.name}: ${line || "no change"}\n`);
    }
  }
  if (differences > 0) {
    throw new Failure(
      `stack ${name}: its machine differs from the stack file (${String(differences)}, listed above); fix it: npx mybinder machine apply ${name}`,
    );
  }
}
