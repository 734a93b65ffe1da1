import { childEnvironment } from "../../../environment";
import { Failure } from "../terminal/failure";
import { ROOT } from "../root";
import { type Outcome, run } from "../terminal/run";

/**
 * Runs Pulumi's CLI on the project, without questions, to its end. `input` goes to its standard input, `environment` is
 * laid over that of this process. Throws Failure (exit code 3) when there is none.
 */
export async function pulumiCli(
  args: readonly string[],
  input = "",
  environment: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const all = [...args, "--cwd", ROOT, "--non-interactive"];
  try {
    return await run("pulumi", all, input, undefined, childEnvironment(environment));
  } catch {
    throw new Failure("there is no pulumi on PATH: https://www.pulumi.com/docs/iac/download-install/", 3);
  }
}

/** The URN of a stack's provider of Kubernetes, which everything in its cluster goes through. */
export function providerUrn(stack: string): string {
  return `urn:pulumi:${stack}::mybinder::pulumi:providers:kubernetes::${stack}`;
}
