import { existsSync } from "node:fs";
import type { Stack } from "../../../model/stack/config";
import { lifecycleOf } from "../../../model/member/lifecycle";
import { Failure } from "../../ground/terminal/failure";
import { providerUrn, pulumiCli } from "../../ground/cluster/pulumiCli";
import type { Report } from "../../ground/terminal/report";

/** One step of taking a stack out of Pulumi's state. */
export interface RetireStep {
  readonly why: string;
  /** Arguments of pulumi. */
  readonly args: readonly string[];
}

/**
 * How a member that is gone leaves Pulumi's state. Nothing in it asks the member's API server or machine, so it ends when
 * neither answers: what was in the cluster is forgotten, only what a cloud bills for is deleted. The stack file stays.
 * Throws Failure (exit code 2) when the member is not gone: the proxy would go on sending launches there.
 */
export function retireSteps({ name, config }: Stack, backup: string): RetireStep[] {
  if (lifecycleOf(config) !== "gone") {
    throw new Failure(
      `stack ${name} is ${lifecycleOf(config)}, so the proxy still uses it; first run npx mybinder members lifecycle ${name} gone, ` +
        "then pulumi up on the proxy's stack",
      2,
    );
  }
  const inCloud = config.cluster.kind === "gke" && config.cluster.managed;
  return [
    {
      why: "save a copy of the state, with its secrets encrypted",
      args: ["stack", "export", "--file", backup],
    },
    {
      why: "remove the cluster and everything in it from the state, even if protected; does not contact the API server",
      args: ["state", "delete", providerUrn(name), "--target-dependents", "--force", "--yes"],
    },
    ...(inCloud
      ? [
          { why: "allow deletion of the cloud resources", args: ["state", "unprotect", "--all", "--yes"] },
          {
            why: "delete the cluster, its network and its addresses in the cloud",
            args: ["destroy", "--yes", "--skip-preview"],
          },
        ]
      : []),
    {
      why: "remove the stack; its file stays until: npx mybinder members remove",
      args: ["stack", "rm", "--yes", "--preserve-config", ...(inCloud ? [] : ["--force"])],
    },
  ].map(({ why, args }) => ({ why, args: [...args, "--stack", name] }));
}

/**
 * Runs the steps one after the other; asking again for what is done already is no failure, so a run that was interrupted is
 * simply run again. `kept` are the backups of earlier runs: with one, a stack that is not there is out already. Throws
 * Failure at the first step that fails.
 */
export async function retire(
  steps: readonly RetireStep[],
  kept: readonly string[],
  report: Report,
): Promise<void> {
  for (const { why, args } of steps) {
    report(`${why}\n  pulumi ${args.join(" ")}`);
    const { code, stdout, stderr } = await pulumiCli(args);
    if (code === 0 || forgottenAlready(args, stderr)) continue;
    if (/no stack named/i.test(stderr)) {
      if (kept.length > 0) return;
      throw new Failure(
        `${stderr.trim()}\nCheck that this backend has the stack: pulumi whoami --verbose. To use another: pulumi login URL`,
      );
    }
    throw new Failure(`pulumi ${args.join(" ")} failed:\n${stdout}${stderr}`);
  }
}

/** A run that was interrupted has deleted the provider already. */
function forgottenAlready([command]: readonly string[], stderr: string): boolean {
  return command === "state" && /No such resource/i.test(stderr);
}

/**
 * Where the state is kept: `next`, a file that is not there yet, since what a run kept that was interrupted may be the only
 * whole one; and the `earlier` ones.
 */
export function backups(file: string): { readonly next: string; readonly earlier: readonly string[] } {
  const earlier: string[] = [];
  for (let count = 1; ; count++) {
    const next = count === 1 ? file : file.replace(/(\.json)?$/, `.${String(count)}$1`);
    if (!existsSync(next)) return { next, earlier };
    earlier.push(next);
  }
}
