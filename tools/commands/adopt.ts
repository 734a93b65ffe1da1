import { Command } from "commander";
import type { Stack } from "../../model/stack/config";
import { environment } from "../../environment";
import { sendsEvents } from "../../secret/needs";
import { adopt } from "../operate/adopt/apply";
import { accessTo, readLive } from "../operate/adopt/live";
import { compareRelease } from "../operate/adopt/compare";
import type { Comparison, Loss } from "../operate/adopt/losses";
import { type AdoptPlan, adoptPlan } from "../operate/adopt/plan";
import { type LiveSecret, liveSecrets, missingSecrets } from "../operate/adopt/secrets";
import { adoptText, doneText, lossLine, waiveCommand } from "../operate/adopt/text";
import { readWaivers, waive as recordWaivers, type Waiver, waiverFile } from "../operate/adopt/waived";
import { identitiesOf, keepIdentities, keptIdentities, lostSince } from "../operate/adopt/uids";
import { forgetVolumeNames, namedVolumes } from "../operate/adopt/volumeNames";
import { Failure } from "../ground/terminal/failure";
import { localLab } from "../lab/localLab";
import type { ClusterAccess } from "../ground/cluster/kubectl";
import { toStderr } from "../ground/terminal/report";
import { loadStackFile } from "../ground/stackFile/stacks";

interface Options {
  readonly kubeconfig: string;
  readonly yes?: true;
  readonly check?: true;
  readonly forgetVolumes?: true;
  readonly waive: string[];
  readonly reason?: string;
  readonly json?: true;
}

/** `mybinder adopt`: the live releases of a stack are taken over. */
export function adoptCommand(): Command {
  return new Command("adopt")
    .description(
      "Take the live releases of a stack over from the former script: print how, or do it (--yes). Nothing is deployed;\n" +
        "the next pulumi up does that",
    )
    .argument("<stack>", "the stack")
    .requiredOption("--kubeconfig <file>", "the cluster it runs on; never the ambient one")
    .option("--yes", "do it; run again, it goes on where it stopped")
    .option("--check", "after the first pulumi up: is everything that holds state still the same object?")
    .option(
      "--forget-volumes",
      "take the names of volumes out of Helm's records, and nothing else (docs/adopt.md)",
    )
    .option("--json", "print as JSON")
    .option("--waive <names...>", "accept what would be lost, by name; recorded in adopted/<stack>.yaml", [])
    .option("--reason <text>", "why it may go, with --waive")
    .action(
      async (stack: string, { kubeconfig, yes, check, forgetVolumes, waive, reason, json }: Options) => {
        const loaded = loadStackFile(stack);
        const { config } = loaded.stack;
        const access = await accessTo(stack, kubeconfig, toStderr, localLab);
        if (check) {
          await checkIdentities(stack, access, json);
          return;
        }
        if (forgetVolumes) {
          const named = await namedVolumes(access, stack);
          await forgetVolumeNames(access, stack);
          print(
            named
              ? `${named.records.join(", ")}: no volume of ${named.claims.join(", ")} any more`
              : `no record of ${stack} names a volume`,
          );
          return;
        }
        const live = await readLive(stack, access);
        const plan = adoptPlan(stack, sendsEvents(config), live);
        const found = await liveSecrets(stack, config, access);
        const { losses, replaced } = await lossesOf(loaded.stack, access, plan, found);
        if (waive.length > 0) {
          await recordWaivers(stack, waive, reason, losses, new Date());
          toStderr(`wrote ${waiverFile(stack)}: commit it with Pulumi.${stack}.yaml`);
        }
        const { open, waived } = judged(losses, readWaivers(stack));
        const secrets = found.filter(({ into }) => !waived.some(({ name }) => name === into));
        const toSet = missingSecrets(stack, config, secrets);
        if (!yes) {
          const names = secrets.map(({ key, from, into }) => ({ key, from, into }));
          const named = await namedVolumes(access, stack);
          print(
            json
              ? JSON.stringify(
                  { ...plan, secrets: names, namedVolumes: named, toSet, replaced, waived, lost: open },
                  undefined,
                  2,
                )
              : adoptText(stack, access, { plan, secrets: names, named, toSet, replaced, waived, open }),
          );
          return;
        }
        if (open.length > 0) {
          throw new Failure(
            `the first pulumi up of ${stack} would lose what nothing replaces. Nothing was done. Take it over, or waive it by name:\n` +
              open.map((loss) => `${lossLine(loss).replace("#", " ")}\n`).join("") +
              `  ${waiveCommand(stack, kubeconfig, open[0]?.name ?? "")}`,
            2,
          );
        }
        if (plan.release !== undefined && toSet.length > 0) {
          throw new Failure(
            `secrets that ${stack} needs are neither in its file nor in its cluster; set them, then run this again:\n` +
              toSet.map((command) => `  ${command}\n`).join(""),
            2,
          );
        }
        keepIdentities(environment(), stack, identitiesOf(live));
        const preview = await adopt({ stack, plan, secrets, access, report: toStderr });
        print(json ? JSON.stringify(preview, undefined, 2) : doneText(stack, kubeconfig, preview));
        if (preview.lost.length > 0) {
          throw new Failure(`pulumi up of ${stack} would lose what is live: do not run it`);
        }
      },
    );
}

/** Nothing on the cluster of another stack, which is refused later. */
async function lossesOf(
  stack: Stack,
  access: ClusterAccess,
  plan: AdoptPlan,
  secrets: readonly LiveSecret[],
): Promise<Comparison> {
  if (plan.release === undefined) return { losses: [], replaced: [] };
  const charts = { cache: environment().chartCache, helm: access.helm };
  return compareRelease({ stack, access, plan, secrets, charts });
}

function judged(
  losses: readonly Loss[],
  waivers: readonly Waiver[],
): { open: Loss[]; waived: (Loss & { reason: string })[] } {
  const reasons = new Map(waivers.map(({ name, reason }) => [name, reason]));
  return {
    open: losses.filter(({ name }) => !reasons.has(name)),
    waived: losses.flatMap((loss) => {
      const reason = reasons.get(loss.name);
      return reason === undefined ? [] : [{ ...loss, reason }];
    }),
  };
}

async function checkIdentities(stack: string, access: ClusterAccess, json: true | undefined): Promise<void> {
  const before = keptIdentities(environment(), stack);
  const lost = lostSince(before, identitiesOf(await readLive(stack, access)));
  const count = String(Object.keys(before).length);
  if (json) print(JSON.stringify({ lost }, undefined, 2));
  else if (lost.length === 0) print(`all ${count} objects of ${stack} that hold state are those from before`);
  if (lost.length > 0) {
    throw new Failure(`of ${count} objects of ${stack}:\n${lost.map((one) => `  ${one}\n`).join("")}`);
  }
}

function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}
