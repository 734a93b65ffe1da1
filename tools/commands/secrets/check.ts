import { Command } from "commander";
import { Failure } from "../../ground/terminal/failure";
import { pendingSecrets, secretProblems } from "../../operate/secrets/check";

/** `mybinder secrets check`: what CI runs; it needs access to nothing. */
export function checkCommand(): Command {
  return new Command("check")
    .description(
      "Fail when a secret of a stack file is in plain text, unused, expired, outside the catalogue, without a record,\n" +
        "equal to another stack's, or different where the members of a federation must share it. Also fail when the\n" +
        "encryption provider is not the one in secret/access.yaml",
    )
    .option("--json", "print as JSON")
    .action(({ json }: { json?: true }) => {
      const now = new Date();
      const problems = secretProblems(now);
      const text = problems.map(({ file, problem, fix }) => `${file}: ${problem}\n  ${fix}\n`);
      process.stdout.write(json ? `${JSON.stringify(problems, undefined, 2)}\n` : text.join(""));
      for (const { problem, fix } of pendingSecrets(now)) process.stderr.write(`${problem}: ${fix}\n`);
      if (problems.length === 0) return;
      const count = problems.length === 1 ? "1 problem" : `${String(problems.length)} problems`;
      throw new Failure(`${count} with the secrets; below each problem above is its fix`);
    });
}
