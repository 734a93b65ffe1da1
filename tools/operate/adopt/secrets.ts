import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import type { StackConfig } from "../../../model/schema/stack";
import { readStackFile } from "../../../model/stack/stackFiles";
import { ADOPTED_SECRETS, generatedPlaces, givenPlaces, type LivePlace } from "../../../secret/adopted";
import { settingCommand } from "../../../secret/commands";
import { bits, LEAST_BITS } from "../../../secret/fingerprint";
import { generatedSecrets } from "../../../secret/generated";
import { givenSecrets } from "../../../secret/given";
import { Failure } from "../../ground/terminal/failure";
import type { ClusterAccess } from "../../ground/cluster/kubectl";
import { ROOT } from "../../ground/root";
import { checkShape, givenSecret } from "../secrets/shape";
import { ciphertextIn } from "../secrets/state";
import { storeSecret } from "../secrets/store";
import type { Report } from "../../ground/terminal/report";
import { releaseValues, secretData } from "./live";
import { valueIn } from "./livePlaces";

/** A secret of a stack that its cluster has and its stack file has not. */
export interface LiveSecret {
  readonly key: string;
  /** Where it was found, in words. */
  readonly from: string;
  /** The given secret that it becomes, or that it becomes a part of. */
  readonly into: string;
  readonly value: string;
}

/** Finds what can be taken over of a stack's secrets; those that its stack file has are left alone. */
export async function liveSecrets(
  stack: string,
  config: StackConfig,
  access: ClusterAccess,
): Promise<LiveSecret[]> {
  const file = readStackFile(ROOT, stack) ?? {};
  const isSet = (key: string): boolean => ciphertextIn(file[key]) !== undefined;
  const values = await releaseValues(access, stack);
  const find = async (
    key: string,
    place: LivePlace | undefined,
    into: string,
    parsed: boolean,
  ): Promise<LiveSecret[]> => {
    if (!place) return [];
    if (!("secret" in place)) {
      const { paths, value } = valueIn(values, place);
      const text = parsed && value !== undefined ? stringify(value) : value;
      const from = `${paths.join(", ")} in the values of release ${stack}`;
      return typeof text === "string" && text !== "" ? [{ key, from, into, value: text }] : [];
    }
    const name = place.secret.replace("STACK", stack);
    const value = (await secretData(access, stack, name)).get(place.key);
    return value ? [{ key, from: `${place.key} in Secret ${stack}/${name}`, into, value }] : [];
  };
  const found: LiveSecret[] = [];
  for (const { key, format, neededBy, optional } of givenSecrets) {
    if (!neededBy(config) || isSet(key)) continue;
    if (key === "kubeconfig" && optional?.(config) !== true) {
      const { kubeconfig } = access;
      found.push({ key, from: kubeconfig, into: key, value: readFileSync(kubeconfig, "utf8") });
    }
    found.push(...(await find(key, givenPlaces[key], key, format === "yaml")));
  }
  if (isSet(ADOPTED_SECRETS)) return found;
  for (const { key, neededBy } of generatedSecrets) {
    if (neededBy(config)) found.push(...(await find(key, generatedPlaces[key], ADOPTED_SECRETS, false)));
  }
  return found;
}

/** The commands that set what a stack needs, its file has not, and its cluster had not either; each with what it is for. */
export function missingSecrets(stack: string, config: StackConfig, found: readonly LiveSecret[]): string[] {
  const file = readStackFile(ROOT, stack) ?? {};
  const isThere = (key: string): boolean =>
    ciphertextIn(file[key]) !== undefined || found.some(({ into }) => into === key);
  return givenSecrets
    .filter(({ key, neededBy, optional }) => neededBy(config) && optional?.(config) !== true && !isThere(key))
    .map((secret) => `${settingCommand(secret, stack)}   # ${secret.key}: ${secret.purpose}`);
}

/** What cannot be taken over, by the key that it would become, and why; in words that show no value. */
export function refusedSecrets(stack: string, found: readonly LiveSecret[]): { key: string; why: string }[] {
  return [...wholes(found)].flatMap(([key, value]) => {
    try {
      checkShape(givenSecret(key), value);
      return [];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const set = `set a better one first: npx mybinder secrets set ${key} --stack ${stack} --file FILE`;
      return [{ key, why: `${error.message.replace(/; nothing was set$/, "")}; ${set}` }];
    }
  });
}

/** The values that secrets become, by key. */
function wholes(found: readonly LiveSecret[]): Map<string, string> {
  const keys = [...new Set(found.map(({ into }) => into))];
  return new Map(
    keys.map((into) => {
      const parts = found.filter((one) => one.into === into);
      const whole = Object.fromEntries(parts.map(({ key, value }) => [key, value]));
      return [into, into === ADOPTED_SECRETS ? JSON.stringify(whole) : (whole[into] ?? "")];
    }),
  );
}

/** Encrypts what was found into the stack file. Gives what was refused and why, without the value. */
export async function takeOverSecrets(
  stack: string,
  found: readonly LiveSecret[],
  report: Report,
): Promise<string[]> {
  const refused: string[] = [];
  for (const [into, value] of wholes(found)) {
    const parts = found.filter((one) => one.into === into);
    try {
      await storeSecret(stack, givenSecret(into), value, undefined);
      for (const { key, from } of parts) report(`took ${key} over from ${from}`);
      for (const { key } of parts.filter((one) => into === ADOPTED_SECRETS && bits(one.value) < LEAST_BITS)) {
        report(
          `${key} is weak: after a successful deploy, run npx mybinder secrets rotate ${key} --stack ${stack}`,
        );
      }
    } catch (error) {
      if (!(error instanceof Failure) || error.exitCode !== 2) throw error;
      refused.push(error.message);
    }
  }
  return refused;
}
