import { Command } from "commander";
import type { FederationGroup } from "../../../model/federation/federations";
import type { BuildToken } from "../../../secret/buildToken";
import { rotationSteps } from "../../../secret/revoke";
import { nextRotation } from "../../../secret/rotation";
import type { GeneratedSecret, GivenSecret, Secret } from "../../../secret/types";
import { Failure } from "../../ground/terminal/failure";
import { toStderr } from "../../ground/terminal/report";
import { sharingMembers } from "../../operate/secrets/federation";
import { rotateShared } from "../../operate/secrets/share";
import { secretOf } from "../../operate/secrets/shape";
import { writeEntry } from "../../operate/secrets/stackFile";
import { loadStackFile } from "../../ground/stackFile/stacks";

interface Options {
  readonly stack: string;
  readonly force?: true;
  readonly json?: true;
}

/** `mybinder secrets rotate`: marks a generated secret for the next deploy to replace; prints the steps for a given one. */
export function rotateCommand(): Command {
  return new Command("rotate")
    .description(
      "Replace a secret. A generated secret is marked in the stack file, and the next pulumi up generates it again. For a\n" +
        "given secret, whose new value comes from elsewhere, the steps are printed. A secret shared by a federation takes\n" +
        "three steps, each on all members",
    )
    .argument("<key>")
    .requiredOption("--stack <stack>", "the stack")
    .option("--force", "mark a secret even if its replacement needs manual steps")
    .option("--json", "print as JSON")
    .action(async (key: string, { stack, force, json }: Options) => {
      const secret = secretOf(key);
      const { config } = loadStackFile(stack).stack;
      if (!secret.neededBy(config)) {
        throw new Failure(
          `stack ${stack} does not use the secret ${key}; list its secrets: npx mybinder secrets list ${stack}`,
          2,
        );
      }
      if (secret.source === "given" && secret.scope === "federation") {
        const group = sharingMembers(secret, stack);
        const { members, now } = await rotateShared(secret, group.members, toStderr);
        const steps = stepsNow(secret, stack, { ...group, members }, now);
        print({ stack, key, edited: true, steps }, json);
        return;
      }
      const steps = rotationSteps(stack, secret);
      if (secret.source === "given") {
        print({ stack, key, edited: false, steps }, json);
        return;
      }
      refuseUnlessForced(stack, secret, force);
      const rotated = nextRotation(config.secretRotations[key], new Date());
      await writeEntry(stack, "secretRotations", key, rotated);
      process.stderr.write(`Pulumi.${stack}.yaml: marked ${key} for rotation ("${rotated}")\n`);
      print({ stack, key, edited: true, steps: steps.slice(1) }, json);
    });
}

/** What is left to do, now that the files of all members have a step of the rotation. */
function stepsNow(
  { key, rotation }: GivenSecret,
  stack: string,
  { members, external }: FederationGroup,
  { next, previous }: BuildToken,
): string[] {
  const again = `npx mybinder secrets rotate ${key} --stack ${stack}`;
  const then =
    next !== undefined
      ? [`when all of them are deployed: ${again}`]
      : previous !== undefined
        ? [`an hour after the last of these deploys: ${again}`]
        : [];
  return [
    ...members.map((member) => `pulumi up --stack ${member}   # ${rotation.effect}`),
    ...external.map((name) => `${name}, which others run, has to follow: docs/add-a-member.md`),
    ...then,
  ];
}

function refuseUnlessForced(
  stack: string,
  { key, rotation }: GeneratedSecret,
  force: true | undefined,
): void {
  if (rotation.byHand === undefined || force) return;
  throw new Failure(
    `replacing ${key} needs manual steps, because ${rotation.effect}. Steps: ${rotation.byHand}\n` +
      `Nothing was changed. When you are ready: npx mybinder secrets rotate ${key} --stack ${stack} --force`,
  );
}

function print(
  result: { stack: string; key: Secret["key"]; edited: boolean; steps: readonly string[] },
  json: true | undefined,
): void {
  const lines = result.steps.map((step, index) => `${String(index + 1)}. ${step}\n`);
  process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : lines.join(""));
}
