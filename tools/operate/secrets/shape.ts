import { kubeconfigProblem } from "../../../model/cluster/kubeconfig";
import { catalogue } from "../../../secret/catalogue";
import { givenSecrets } from "../../../secret/given";
import { weakness } from "../../../secret/records";
import { shapeProblem, shapes } from "../../../secret/shapes";
import type { GivenSecret, Secret } from "../../../secret/types";
import { Failure } from "../../ground/terminal/failure";
import { stackConfig } from "../../ground/stackFile/stacks";

/** The secret of that key, given or generated. Throws Failure (exit code 2) with the keys there are. */
export function secretOf(key: string): Secret {
  const found = catalogue.find((secret) => secret.key === key);
  if (found) return found;
  const keys = catalogue.map((secret) => secret.key).join(", ");
  throw new Failure(`no secret ${key}; secrets: ${keys}`, 2);
}

/** The given secret of that key. Throws Failure (exit code 2) with the keys there are. */
export function givenSecret(key: string): GivenSecret {
  const found = givenSecrets.find((secret) => secret.key === key);
  if (found) return found;
  const generated = catalogue.some((secret) => secret.key === key);
  const why = generated ? `${key} is generated and kept in the stack's state` : `there is no secret ${key}`;
  throw new Failure(
    `${why}; secrets that are set: ${givenSecrets.map((secret) => secret.key).join(", ")}`,
    2,
  );
}

/** Whether a value of that secret may have more than one line. */
export function hasLines({ shape }: GivenSecret): boolean {
  return shapes[shape].form === "yaml" || shape === "ssh-private-key";
}

/**
 * Checks that a value has the shape of its secret, and where no other stack may have the same, that it cannot be guessed.
 * Throws Failure (exit code 2) that says what is wrong, never the value.
 */
export function checkShape(secret: GivenSecret, value: string): void {
  const problem = shapeProblem(shapes[secret.shape], value);
  if (problem !== undefined) {
    throw new Failure(`the value of ${secret.key} is refused: ${problem}; nothing was set`, 2);
  }
  const weak = weakness(secret, value);
  if (weak !== undefined) {
    throw new Failure(`the value of ${secret.key} is refused: ${weak}; nothing was set`, 2);
  }
}

/** Checks that a kubeconfig leads to the stack's cluster from any machine. Throws Failure (exit code 2), as above. */
export function checkKubeconfig({ key, shape }: GivenSecret, stack: string, value: string): void {
  const problem = shape === "kubeconfig" ? kubeconfigProblem(value, stackConfig(stack)) : undefined;
  if (problem !== undefined) {
    throw new Failure(`the value of ${key} is refused: ${problem}; nothing was set`, 2);
  }
}
