import { Command } from "commander";
import { toStderr } from "../../ground/terminal/report";
import { sharingMembers } from "../../operate/secrets/federation";
import { shareSecret } from "../../operate/secrets/share";
import { givenSecret } from "../../operate/secrets/shape";

interface Options {
  readonly stack: string;
  readonly from?: string;
  readonly json?: true;
}

/** `mybinder secrets share`: the one secret that the members of a federation have in common. */
export function shareCommand(): Command {
  return new Command("share")
    .description(
      "Set a shared secret to the same value on every member of a federation: the value that members already have, else a\n" +
        "new one. It is encrypted into their stack files and never shown. Needs access to every member",
    )
    .argument("<key>")
    .requiredOption("--stack <stack>", "a member of the federation, or its proxy")
    .option("--from <member>", "the member whose value to use when they differ")
    .option("--json", "print as JSON")
    .action(async (key: string, { stack, from, json }: Options) => {
      const secret = givenSecret(key);
      const group = sharingMembers(secret, stack);
      const { members, changed } = await shareSecret(secret, group.members, from, toStderr);
      const steps = [
        ...changed.map((member) => `pulumi up --stack ${member}   # ${secret.rotation.effect}`),
        ...group.external.map((name) => `${name}, which others run, needs it as well: docs/add-a-member.md`),
      ];
      const lines =
        changed.length === 0
          ? [`${members.join(", ")}: all already have the same ${key}`]
          : steps.map((step, index) => `${String(index + 1)}. ${step}`);
      const result = { key, members, changed, steps };
      process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : `${lines.join("\n")}\n`);
    });
}
