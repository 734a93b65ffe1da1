import type { Command } from "commander";
import type { Stack } from "../../model/stack/config";
import { syntheticLaunchesSchema } from "../../model/schema/syntheticLaunches";

/** What a command launches at a stack: `--repository` and `--ref`, else those of its synthetic launches. Ends the command where one is wrong. */
export function launchedRepository(
  { config }: Stack,
  options: { readonly repository?: string; readonly ref?: string },
  command: Command,
): { readonly repository: string; readonly ref: string } {
  const configured = config.role === "member" ? {} : config.syntheticLaunches;
  const chosen = syntheticLaunchesSchema.safeParse({
    ...configured,
    ...(options.repository !== undefined && { repository: options.repository }),
    ...(options.ref !== undefined && { ref: options.ref }),
  });
  if (chosen.success) return chosen.data;
  const [issue] = chosen.error.issues;
  const key = issue?.path[0] === "ref" ? "ref" : "repository";
  const found = JSON.stringify(options[key]);
  return command.error(`--${key}: found ${found}; allowed: ${issue?.message ?? ""}`, { exitCode: 2 });
}
