import { existsSync } from "node:fs";
import { Command } from "commander";
import { environment, type Environment } from "../../environment";
import type { Stack } from "../../model/stack/config";
import { stackNames } from "../../model/stack/stackFiles";
import { clusterChecks } from "../operate/doctor/cluster/checks";
import { openTarget } from "../operate/doctor/cluster/target";
import { type Check, diagnose, problemCount } from "../operate/doctor/diagnosis";
import { machineChecks } from "../operate/doctor/machine";
import { repositoryChecks } from "../operate/doctor/repository";
import { diagnosisText } from "../operate/doctor/text";
import { contextOf } from "../ground/cluster/clusterChoice";
import { kubectlCommand } from "../ground/cluster/kubectl";
import { Failure } from "../ground/terminal/failure";
import { labState, localLab } from "../lab/localLab";
import { toStderr } from "../ground/terminal/report";
import { shellQuote } from "../ground/terminal/shellQuote";
import { ROOT } from "../ground/root";
import { backend } from "../lab/start/backend";
import type { DiffReport, StackDiff } from "../operate/diff/report";
import { resolver } from "../operate/dns/resolver";
import { type AskedHosts, hostChecksOf } from "../operate/doctor/hosts";
import { stateChecks } from "../operate/doctor/state/checks";
import { diffLive } from "./diff/live";
import { loadStackFile } from "../ground/stackFile/stacks";

/** The stack that `npm start` deploys. */
const STARTED = "local";
/** How long a public host may take to answer, in ms. */
const ANSWER_MS = 10_000;

interface Options {
  readonly kubeconfig?: string;
  readonly local?: true;
  readonly json?: true;
}

/** `mybinder doctor`: lists problems, worst first, each with the command that fixes it. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .argument(
      "[stack]",
      "check this stack's file, state, public hosts and cluster; without it: this machine and all stack files",
    )
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
  const { kubeconfig, local } = options;
  if (kubeconfig === undefined && !local) {
    const unnamed: Check = {
      name: "cluster",
      worst: "problem",
      otherwise: `npx mybinder doctor ${name} --kubeconfig FILE   # or --local`,
      run: () => {
        throw new Failure("no kubeconfig was named");
      },
    };
    const cluster = { kubeconfig: "FILE", context: contextOf(stack.config) };
    const later = (...args: readonly string[]): string => kubectlCommand(cluster, args);
    return [unnamed, ...publicChecks(stack, later, now), ...stateChecks(name, undefined, now), ...files];
  }
  const target = await openTarget(stack, { ...options, stack: name }, toStderr, localLab);
  const where = local ? "--local" : `--kubeconfig ${shellQuote(target.access.kubeconfig)}`;
  const choice = { stack: name, ...(kubeconfig !== undefined && { kubeconfig }), ...(local && { local }) };
  const live = {
    diff: async () => liveStackDiff(await diffLive(choice, "auto", localLab)),
    command: `npx mybinder diff ${name} --live ${where}`,
  };
  const own = local && name === STARTED ? startedState(environment()) : undefined;
  return [
    ...clusterChecks(target, environment(), now, live, local),
    // a control plane of this machine is not where the stack's names lead, and has a state only from npm start
    ...(local ? [] : publicChecks(stack, target.kubectlCommand, now)),
    ...(local && own === undefined ? [] : stateChecks(name, own, now)),
    ...files,
  ];
}

function publicChecks(stack: Stack, kubectlCommand: AskedHosts["kubectlCommand"], now: Date): Check[] {
  return hostChecksOf(stack, { resolve: resolver(), timeoutMs: ANSWER_MS, now, kubectlCommand });
}

function liveStackDiff({ stacks: [diff] }: DiffReport): StackDiff {
  if (!diff) throw new Error("there is no such stack in the diff");
  return diff;
}

/** The backend of what `npm start` deployed with Pulumi. */
function startedState(of: Environment): string | undefined {
  const folder = backend(of);
  return existsSync(folder) ? `file://${folder}` : undefined;
}
