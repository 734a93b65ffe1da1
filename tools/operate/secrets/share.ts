import { readStackFile } from "../../../model/stack/stackFiles";
import {
  type BuildToken,
  buildTokenText,
  isStepAfter,
  newBuildToken,
  nextStep,
  parseBuildToken,
} from "../../../secret/buildToken";
import type { GivenSecret } from "../../../secret/types";
import { Failure } from "../../ground/terminal/failure";
import type { Report } from "../../ground/terminal/report";
import { ROOT } from "../../ground/root";
import { stackConfig } from "../../ground/stackFile/stacks";
import { foundProvider } from "./provider";
import { recovered } from "./kept";
import { decrypt } from "./pulumi";
import { ciphertextIn } from "./state";
import { storeSecret } from "./store";

/** Values of a secret by stack; `undefined` where it is not set. */
type Values = ReadonlyMap<string, string | undefined>;

/**
 * Gives every member of a federation the value of those that have one, else a new one; no value is shown. `from`: the member
 * whose value counts where they differ. Gives the members that have it now, and those whose file was changed. Throws Failure when they differ and `from`
 * is not said, or with Pulumi's reason; the same call then goes on.
 */
export async function shareSecret(
  secret: GivenSecret,
  members: readonly string[],
  from: string | undefined,
  report: Report,
): Promise<{ members: string[]; changed: string[] }> {
  const values = await valuesOf(secret, members, report);
  const chosen = from === undefined ? undefined : values.get(from);
  if (from !== undefined && chosen === undefined) {
    throw new Failure(`${from} has no ${secret.key}; its federation: ${members.join(", ")}`, 2);
  }
  const found = distinct(values);
  if (chosen === undefined && found.length > 1) {
    throw new Failure(`${differ(secret, values)}; nothing was set.\n${fix(secret, members, found)}`);
  }
  const changed = await setEverywhere(secret, values, chosen ?? found[0] ?? newBuildToken(), report);
  return { members: [...values.keys()], changed };
}

/**
 * Takes the next step of a rotation on every member, or ends one that stopped half-way. Gives the members and what they have now.
 * Throws Failure when a member has none, or when they differ for another reason.
 */
export async function rotateShared(
  secret: GivenSecret,
  members: readonly string[],
  report: Report,
): Promise<{ members: string[]; now: BuildToken }> {
  const values = await valuesOf(secret, members, report);
  const missing = [...values].flatMap(([stack, value]) => (value === undefined ? [stack] : []));
  if (missing.length > 0) {
    const share = `npx mybinder secrets share ${secret.key} --stack ${missing[0] ?? ""}`;
    throw new Failure(`${secret.key} is not set on ${missing.join(", ")}: ${share}`);
  }
  const [one = "", other = one, ...more] = distinct(values);
  const later = halfWay(one, other);
  if (one !== other && (later === undefined || more.length > 0)) {
    throw new Failure(`${differ(secret, values)}; nothing was set.\n${fix(secret, members, [one, other])}`);
  }
  const now = parseBuildToken(later ?? buildTokenText(nextStep(parseBuildToken(one))));
  await setEverywhere(secret, values, buildTokenText(now), report);
  return { members: [...values.keys()], now };
}

/** What the members have; without those that Pulumi cannot encrypt for yet. */
async function valuesOf({ key }: GivenSecret, members: readonly string[], report: Report): Promise<Values> {
  const values = new Map<string, string | undefined>();
  for (const stack of members) {
    if (foundProvider(stack) === undefined) {
      report(`${stack} has no secrets provider yet (pulumi stack init ${stack}): left out; share again then`);
      continue;
    }
    const isSet = ciphertextIn(readStackFile(ROOT, stack)?.[key]) !== undefined;
    const kept = isSet ? (await decrypt(stack)).get(key) : undefined;
    values.set(stack, kept === undefined ? undefined : recovered(stack, key, kept).value.trim());
  }
  if (values.size === 0) throw new Failure(`none of ${members.join(", ")} has a secrets provider yet`, 2);
  return values;
}

async function setEverywhere(
  secret: GivenSecret,
  values: Values,
  value: string,
  report: Report,
): Promise<string[]> {
  const changed = [...values].filter(([, has]) => has !== value).map(([stack]) => stack);
  for (const stack of changed) {
    await storeSecret(stack, secret, value, stackConfig(stack).secretRecords[secret.key]);
    report(`set ${secret.key} in Pulumi.${stack}.yaml, encrypted`);
  }
  return changed;
}

function distinct(values: Values): string[] {
  return [...new Set(values.values())].filter((value) => value !== undefined);
}

/** The later of two values that are one step of a rotation apart. */
function halfWay(one: string, other: string): string | undefined {
  const [a, b] = [parseBuildToken(one), parseBuildToken(other)];
  if (one === other) return undefined;
  if (isStepAfter(a, b)) return one;
  return isStepAfter(b, a) ? other : undefined;
}

function differ({ key }: GivenSecret, values: Values): string {
  const groups = distinct(values).map((value) =>
    [...values].flatMap(([stack, has]) => (has === value ? [stack] : [])).join(" and "),
  );
  return `${groups.join(", and on the other side ")} have different values of ${key}`;
}

function fix(
  { key }: GivenSecret,
  [stack = ""]: readonly string[],
  [one = "", other = ""]: string[],
): string {
  return halfWay(one, other) === undefined
    ? `Choose the member whose value to keep: npx mybinder secrets share ${key} --stack ${stack} --from MEMBER`
    : `A rotation stopped halfway; continue it: npx mybinder secrets rotate ${key} --stack ${stack}`;
}
