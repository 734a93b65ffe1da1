import type { StackConfig } from "../model/schema/stack";
import { secretsOf } from "./catalogue";
import { settingCommand } from "./commands";
import type { Secret } from "./types";

/** One thing to do so that somebody who could decrypt a stack's secrets has nothing left that works. */
export interface RevokeStep {
  readonly key: string;
  readonly purpose: string;
  /** In the order in which they are done. */
  readonly steps: readonly string[];
}

/**
 * What to do about every credential that somebody with access to the stack knows: the given ones that are set (`isSet`),
 * and the generated ones. Lists that give no access are left out.
 */
export function revokeSteps(
  stack: string,
  config: StackConfig,
  isSet: (key: string) => boolean,
): RevokeStep[] {
  return secretsOf(config)
    .filter((secret) => secret.source === "generated" || (givesAccess(secret) && isSet(secret.key)))
    .map((secret) => ({ key: secret.key, purpose: secret.purpose, steps: rotationSteps(stack, secret) }));
}

function givesAccess(secret: Secret): boolean {
  return secret.source === "generated" || secret.shared === undefined;
}

/** How a secret of a stack is replaced, step by step, the deploy included. */
export function rotationSteps(stack: string, secret: Secret): string[] {
  const { key, rotation } = secret;
  const deploy = `pulumi up --stack ${stack}   # ${rotation.effect}`;
  if (secret.source === "given") {
    const { renew, revoke } = secret.rotation;
    if (secret.scope === "federation") {
      return [
        `npx mybinder secrets rotate ${key} --stack ${stack}   # three times, each says what to deploy`,
      ];
    }
    return [`new: ${renew}`, settingCommand(secret, stack), deploy, `old: ${revoke}`];
  }
  const { byHand } = secret.rotation;
  const force = byHand === undefined ? "" : " --force";
  return [
    `npx mybinder secrets rotate ${key} --stack ${stack}${force}`,
    deploy,
    ...(byHand === undefined ? [] : [`by hand: ${byHand}`]),
  ];
}
