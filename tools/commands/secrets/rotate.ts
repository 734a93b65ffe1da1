import { Command } from "commander";
import { rotationSteps } from "../../../secret/revoke";
import { nextRotation } from "../../../secret/rotation";
import type { GeneratedSecret, Secret } from "../../../secret/types";
import { Failure } from "../../failure";
import { secretOf } from "../../secrets/shape";
import { writeEntry } from "../../secrets/stackFile";
import { loadStackFile } from "../../stacks";

interface Options {
  readonly stack: string;
  readonly force?: true;
  readonly json?: true;
}

/** `mybinder secrets rotate`: a generated secret is drawn anew by the next deploy; for a given one, what to do. */
export function rotateCommand(): Command {
  return new Command("rotate")
    .description(
      "Replace a secret: a generated one is marked in the stack file and drawn anew by the next pulumi up, and by nothing\n" +
        "else; for a given one the steps are printed, since its new value is made elsewhere",
    )
    .argument("<key>")
    .requiredOption("--stack <stack>", "the stack")
    .option("--force", "mark one whose new value alone breaks something")
    .option("--json", "print as JSON")
    .action(async (key: string, { stack, force, json }: Options) => {
      const secret = secretOf(key);
      const { config } = loadStackFile(stack).stack;
      if (!secret.neededBy(config)) {
        throw new Failure(
          `${stack} does not use ${key}; what it does: npx mybinder secrets list ${stack}`,
          2,
        );
      }
      const steps = rotationSteps(stack, secret);
      if (secret.source === "given") {
        print({ stack, key, edited: false, steps }, json);
        return;
      }
      refuseUnlessForced(stack, secret, force);
      const rotated = nextRotation(config.secretRotations[key], new Date());
      await writeEntry(stack, "secretRotations", key, rotated);
      process.stderr.write(`Pulumi.${stack}.yaml: ${key} is marked "${rotated}"\n`);
      print({ stack, key, edited: true, steps: steps.slice(1) }, json);
    });
}

function refuseUnlessForced(
  stack: string,
  { key, rotation }: GeneratedSecret,
  force: true | undefined,
): void {
  if (rotation.byHand === undefined || force) return;
  throw new Failure(
    `a new ${key} alone breaks something: ${rotation.effect}. By hand: ${rotation.byHand}\n` +
      `nothing was marked. Ready for that? npx mybinder secrets rotate ${key} --stack ${stack} --force`,
  );
}

function print(
  result: { stack: string; key: Secret["key"]; edited: boolean; steps: readonly string[] },
  json: true | undefined,
): void {
  const lines = result.steps.map((step, index) => `${String(index + 1)}. ${step}\n`);
  process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : lines.join(""));
}
