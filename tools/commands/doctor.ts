import { Command } from "commander";
import { environment } from "../../environment";
import { stackNames } from "../../model/stack/stackFiles";
import { clusterChecks } from "../operate/doctor/cluster/checks";
import { openTarget } from "../operate/doctor/cluster/target";
import { type Check, diagnose, problemCount } from "../operate/doctor/diagnosis";
import { machineChecks } from "../operate/doctor/machine";
import { repositoryChecks } from "../operate/doctor/repository";
import { diagnosisText } from "../operate/doctor/text";
import { Failure } from "../ground/terminal/failure";
import { labState, localLab } from "../lab/localLab";
import { toStderr } from "../ground/terminal/report";
import { ROOT } from "../ground/root";
import { loadStackFile } from "../ground/stackFile/stacks";

interface Options {
  readonly kubeconfig?: string;
  readonly local?: true;
  readonly json?: true;
}

/** `mybinder doctor`: lists problems, worst first, each with the command that fixes it. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .argument("[stack]", "check this stack's file and cluster; without it: this machine and all stack files")
    .description("List problems, worst first, each with the command that fixes it; changes nothing")
    .option("--kubeconfig <file>", "kubeconfig of the stack's cluster; the default kubeconfig is never used")
    .option("--local", "check the stack's control plane on this machine instead")
    .option("--json", "print as JSON")
    .addHelpText(
      "after",
      "\nExits with 1 when there is a problem or a check could not run, and with 0 when there are only warnings.",
    )
    .action(async (stack: string | undefined, options: Options, command: Command) => {
      if (stack === undefined && (options.kubeconfig !== undefined || options.local)) {
        command.error("--kubeconfig and --local need a stack: npx mybinder doctor STACK --kubeconfig FILE", {
          exitCode: 2,
        });
      }
      const now = new Date();
      const checks =
        stack === undefined
          ? [
              ...machineChecks(environment(), labState(environment())),
              ...repositoryChecks(stackNames(ROOT), now),
            ]
          : await stackChecks(stack, options, now);
      const diagnosis = await diagnose(checks);
      const problems = problemCount(diagnosis);
      process.stdout.write(
        options.json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : diagnosisText(diagnosis),
      );
      if (problems > 0) throw new Failure(problems === 1 ? "1 problem" : `${String(problems)} problems`);
    });
}

async function stackChecks(name: string, options: Options, now: Date): Promise<Check[]> {
  const { stack } = loadStackFile(name);
  const files = repositoryChecks([name], now);
  if (options.kubeconfig === undefined && !options.local) {
    const unnamed: Check = {
      name: "cluster",
      worst: "problem",
      otherwise: `npx mybinder doctor ${name} --kubeconfig FILE   # or --local`,
      run: () => {
        throw new Failure("no kubeconfig was named");
      },
    };
    return [unnamed, ...files];
  }
  const target = await openTarget(stack, { ...options, stack: name }, toStderr, localLab);
  return [...clusterChecks(target, environment(), now), ...files];
}
