import { type FederationGroup, federationsOf } from "../../../model/federation/federations";
import { stackNames } from "../../../model/stack/stackFiles";
import type { GivenSecret } from "../../../secret/types";
import { Failure } from "../../ground/terminal/failure";
import { ROOT } from "../../ground/root";
import { stackConfig } from "../../ground/stackFile/stacks";

/** The federations among the stacks of the repository. */
export function allFederations(): FederationGroup[] {
  return federationsOf(new Map(stackNames(ROOT).map((stack) => [stack, stackConfig(stack)])));
}

/**
 * The members that have to have the same value of a secret as `stack`, a member or the proxy of their federation. Throws
 * Failure (exit code 2) when it is no secret of a federation, or none that the stack uses.
 */
export function sharingMembers({ key, scope, neededBy }: GivenSecret, stack: string): FederationGroup {
  if (scope !== "federation") {
    throw new Failure(`${key} is not shared: each stack has its own (npx mybinder secrets set ${key})`, 2);
  }
  const config = stackConfig(stack);
  const [listed] = config.role === "member" ? [stack] : config.federation.members.map(({ name }) => name);
  const group = allFederations().find(({ members }) => members.includes(listed ?? stack));
  const { members, external } = group ?? { members: [stack], external: [] };
  const using = members.filter((member) => neededBy(stackConfig(member)));
  if (using.length === 0) {
    throw new Failure(
      `stack ${stack} does not use the secret ${key}; list its secrets: npx mybinder secrets list ${stack}`,
      2,
    );
  }
  return { members: using, external };
}
