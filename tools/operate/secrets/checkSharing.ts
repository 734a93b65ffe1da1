import type { FederationGroup } from "../../../model/federation/federations";
import { givenSecrets } from "../../../secret/given";
import { groupsOf, type Records, sharedCredentials } from "../../../secret/records";
import type { GivenSecret } from "../../../secret/types";
import { stackConfig } from "../../ground/stackFile/stacks";
import type { SecretProblem } from "./secretProblem";
import { allFederations } from "./federation";

const inFederations = givenSecrets.filter(({ scope }) => scope === "federation");

/**
 * Credentials that two stacks have in common and must not, and those that a federation's members must have in common and
 * do not. From fingerprints alone.
 */
export function sharingProblems(records: Records): SecretProblem[] {
  const federations = allFederations();
  const together = (key: string, sharing: readonly string[]): boolean =>
    inFederations.some((secret) => secret.key === key) &&
    federations.some(({ members }) => sharing.every((stack) => members.includes(stack)));
  const equal = sharedCredentials(records, together).map(({ places }) => {
    const [, ...others] = places;
    const rotate = others.map((place) => {
      const [stack = "", key = ""] = place.split(" ");
      return `npx mybinder secrets rotate ${key} --stack ${stack}`;
    });
    return {
      file: "Pulumi.*.yaml",
      problem: `the same credential is on ${places.join(" and ")}`,
      fix: `give each stack its own: ${rotate.join("; ")}`,
    };
  });
  return [...equal, ...inFederations.flatMap((secret) => notShared(secret, records, federations))];
}

/** Every member of a federation has the same value, or none has one yet. */
function notShared(
  { key, neededBy }: GivenSecret,
  records: Records,
  federations: readonly FederationGroup[],
): SecretProblem[] {
  return federations.flatMap(({ members }) => {
    const using = members.filter((stack) => neededBy(stackConfig(stack)));
    const groups = groupsOf(records, key, using);
    const without = using.filter((stack) => !groups.flat().includes(stack));
    const [first = ""] = using;
    const share = `npx mybinder secrets share ${key} --stack ${first}`;
    if (groups.length > 1) {
      const sides = groups.map((stacks) => stacks.join(" and ")).join(", and on the other side ");
      const problem = `${key} differs within a federation: on ${sides}; each side refuses launches from the other's pages`;
      const fix = `npx mybinder secrets rotate ${key} --stack ${first}, or: ${share} --from MEMBER`;
      return [{ file: "Pulumi.*.yaml", problem, fix }];
    }
    if (groups.length === 0) return [];
    // One without any secret is not deployed by this program yet.
    const begun = without.filter((stack) => Object.keys(records[stack] ?? {}).length > 0);
    return begun.map((stack) => ({
      file: `Pulumi.${stack}.yaml`,
      problem: `${key} is on ${groups.flat().join(" and ")} of the same federation, and not on ${stack}`,
      fix: share,
    }));
  });
}

/** Rotations of what a federation shares that have not taken their last step: a value with a second one beside it. */
export function rotationsUnderWay(records: Records): SecretProblem[] {
  return inFederations.flatMap(({ key }) =>
    allFederations().flatMap(({ members }) => {
      const under = members.filter((stack) => (records[stack]?.[key]?.credentials.length ?? 0) > 1);
      const [stack] = under;
      if (stack === undefined) return [];
      const since = records[stack]?.[key]?.set ?? "";
      const problem = `a rotation of ${key} has been running on ${under.join(" and ")} since ${since}`;
      const fix = `npx mybinder secrets rotate ${key} --stack ${stack}`;
      return [{ file: `Pulumi.${stack}.yaml`, problem, fix }];
    }),
  );
}
