import type { StackConfig } from "../model/schema/stack";
import { generatedSecrets } from "./generated";
import { givenSecrets } from "./given";
import type { Secret } from "./types";

/** Every secret of the deployment. The program, the rehearsal, the checks and the documentation read this list. */
export const catalogue: readonly Secret[] = [...givenSecrets, ...generatedSecrets];

/** The secrets that a stack with this configuration uses. */
export function secretsOf(config: StackConfig): Secret[] {
  return catalogue.filter((secret) => secret.neededBy(config));
}

/** The config keys that hold secrets, and so never public configuration. */
export const secretKeys: ReadonlySet<string> = new Set(givenSecrets.map(({ key }) => key));
