import { Command } from "commander";
import { Failure } from "../../failure";
import { secretProblems } from "../../secrets/check";
import { secretsOfStacks } from "../../secrets/state";

/** Days before its end from which a secret is called out. */
const SOON_DAYS = 45;

/** `mybinder secrets check`: what CI runs; it needs access to nothing. */
export function checkCommand(): Command {
  return new Command("check")
    .description(
      "Fail when a stack file holds a secret in plain text, one that nothing uses or that has ended, one that another stack\n" +
        "has too, or one without a record; or when it is encrypted with another provider than secret/access.yaml wants",
    )
    .option("--json", "print as JSON")
    .action(({ json }: { json?: true }) => {
      const now = new Date();
      const problems = secretProblems(now);
      const text = problems.map(({ file, problem, remedy }) => `${file}: ${problem}\n  ${remedy}\n`);
      process.stdout.write(json ? `${JSON.stringify(problems, undefined, 2)}\n` : text.join(""));
      for (const { stack, key, expiresInDays = SOON_DAYS } of secretsOfStacks([], now)) {
        if (expiresInDays <= 0 || expiresInDays >= SOON_DAYS) continue;
        const rotate = `npx mybinder secrets rotate ${key} --stack ${stack}`;
        process.stderr.write(`${key} of ${stack} ends in ${String(expiresInDays)} days: ${rotate}\n`);
      }
      if (problems.length === 0) return;
      const count = problems.length === 1 ? "1 problem" : `${String(problems.length)} problems`;
      throw new Failure(`${count} with the secrets; each line above is followed by what mends it`);
    });
}
