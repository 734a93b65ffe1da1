import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { ciEnvironment } from "../../../environment";
import { urlsOf } from "../../../model/member/hosts";
import { stackNames } from "../../../model/stack/stackFiles";
import { numberBetween, wholeNumber } from "../../ground/terminal/arguments";
import { Failure } from "../../ground/terminal/failure";
import { toStderr } from "../../ground/terminal/report";
import { run, runShown } from "../../ground/terminal/run";
import { interruptSignal } from "../../ground/terminal/signals";
import { ROOT } from "../../ground/root";
import { loadStackFile, stackConfig } from "../../ground/stackFile/stacks";
import { annotated } from "../../operate/ci/annotation";
import { deployedStates, deployedText } from "../../operate/ci/deployed";
import { soak } from "../../operate/ci/soak";
import { plannedStacks } from "./plan";

/** `mybinder ci deploy`: one stack, with an annotation in the federation's Grafana. */
export function deployCommand(): Command {
  return new Command("deploy")
    .description("Deploy one stack with pulumi up, between the start and the end of an annotation in Grafana")
    .argument("<stack>")
    .option("--grafana <url>", "default: that of the proxy's stack file")
    .action(async (stack: string, { grafana }: { grafana?: string }) => {
      loadStackFile(stack);
      const signal = interruptSignal();
      const about = { stack, commit: await commit(), now: () => new Date() };
      const where = { url: grafana ?? federationGrafana(), token: ciEnvironment().grafanaToken };
      await annotated(where, about, toStderr, async () => {
        const args = ["up", "--stack", stack, "--yes", "--skip-preview", "--non-interactive"];
        const code = await runShown("pulumi", args, signal);
        if (code !== 0) {
          throw new Failure(
            `pulumi up of ${stack} ended with ${String(code)}; what went wrong is above. Next: ` +
              `npx mybinder doctor ${stack} --kubeconfig FILE, and docs/deploy.md, "When it fails"`,
          );
        }
      });
    });
}

/** `mybinder ci soak`: the gate after a member's deploy. */
export function soakCommand(): Command {
  return new Command("soak")
    .description("Watch a member's launches after its deploy; fails when too many of them fail")
    .argument("<stack>")
    .option("--minutes <count>", "how long; with too few launches, as long again", wholeNumber(1, 240), 15)
    .option("--least-launches <count>", "fewest launches to judge by", wholeNumber(1, 10_000), 20)
    .option("--tolerance <share>", "how much below the day before is allowed", numberBetween(0, 1), 0.05)
    .option("--prometheus <url>", "default: that of the stack's file")
    .action(async (stack: string, options: SoakOptions) => {
      const { prometheus = urlsOf(stackConfig(stack)).prometheus, ...gate } = options;
      const wait = (minutes: number): Promise<void> => sleep(minutes * 60_000);
      const saw = await soak({ prometheus, ...gate }, toStderr, wait);
      process.stdout.write(`${stack} passes: ${saw}\n`);
    });
}

interface SoakOptions {
  readonly minutes: number;
  readonly leastLaunches: number;
  readonly tolerance: number;
  readonly prometheus?: string;
}

/** `mybinder ci deployed`: what is where after a deploy that stopped, and how to take it back. */
export function deployedCommand(): Command {
  return new Command("deployed")
    .description("Print what was last deployed to each stack, and the commands that take this commit back")
    .action(async () => {
      const stacks = plannedStacks()
        .filter(({ existing }) => !existing)
        .sort((a, b) => b.weight - a.weight)
        .map(({ stack }) => stack);
      process.stdout.write(deployedText(await deployedStates(stacks), await commit()));
    });
}

async function commit(): Promise<string> {
  const given = ciEnvironment().commit;
  if (given !== undefined) return given;
  const { stdout } = await run("git", ["-C", ROOT, "rev-parse", "HEAD"]);
  return stdout.trim();
}

function federationGrafana(): string {
  const proxy = stackNames(ROOT).find((stack) => stackConfig(stack).role === "proxy");
  if (proxy === undefined) throw new Failure("no stack is a proxy: name the Grafana with --grafana URL", 2);
  return urlsOf(stackConfig(proxy)).grafana;
}
