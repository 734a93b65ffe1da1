import { Command } from "commander";
import { Failure } from "../../failure";
import { pendingSecrets, secretProblems } from "../../secrets/check";

/** `mybinder secrets check`: what CI runs; it needs access to nothing. */
export function checkCommand(): Command {
  return new Command("check")
    .description(
      "Fail when a stack file holds a secret in plain text, one that nothing uses or that has ended, one that another stack\n" +
        "has too, or one that the members of a federation have to share and do not, one without a record, or one outside of the\n" +
        "catalogue; or when it is encrypted with another provider than secret/access.yaml wants",
    )
    .option("--json", "print as JSON")
    .action(({ json }: { json?: true }) => {
      const now = new Date();
      const problems = secretProblems(now);
      const text = problems.map(({ file, problem, remedy }) => `${file}: ${problem}\n  ${remedy}\n`);
      process.stdout.write(json ? `${JSON.stringify(problems, undefined, 2)}\n` : text.join(""));
      for (const { problem, remedy } of pendingSecrets(now)) process.stderr.write(`${problem}: ${remedy}\n`);
      if (problems.length === 0) return;
      const count = problems.length === 1 ? "1 problem" : `${String(problems.length)} problems`;
      throw new Failure(`${count} with the secrets; each line above is followed by what mends it`);
    });
}
