import { ADOPTED_SECRETS } from "../../secret/adopted";
import { generatedSecrets } from "../../secret/generated";
import { givenSecrets } from "../../secret/given";
import { shapes } from "../../secret/shapes";
import type { GeneratedSecret } from "../../secret/types";
import { type ProgramConfig, rehearsalConfig } from "../../tools/lab/rehearse/config";
import type { LoadedStack } from "../../tools/ground/stackFile/stacks";

/** A value put into a secret to see where it gets. */
export interface Canary {
  /** Key of the secret. */
  readonly key: string;
  /** Text that occurs nowhere else. */
  readonly text: string;
}

/** An address is its own canary, since there is no room for a word in it. */
const ADDRESSES: Readonly<Record<string, string>> = {
  bannedEgress: "203.0.113.77",
  bannedIngress: "203.0.113.78",
};

/** The canary of a given secret on a stack, and a value of the secret's shape that holds it. */
export function canaryOf(key: string, stack: string): Canary & { readonly value: string } {
  const secret = givenSecrets.find((one) => one.key === key);
  if (!secret) throw new Error(`no given secret ${key}`);
  const word = `CANARY-${stack}-${key}-7f3a9c`;
  // Its shape has no room for a word either: the whole value is the canary.
  if (secret.shape === "build-token") {
    const value = shapes[secret.shape].sample(word);
    return { key, text: value, value };
  }
  const text = ADDRESSES[key] ?? word;
  if (key === ADOPTED_SECRETS) return { key, text, value: `{grafana-admin: ${word}}` };
  return { key, text, value: shapes[secret.shape].sample(word).replace(/192\.0\.2\.[12]/, text) };
}

/** The config of a stack with a canary in every given secret that it uses, optional ones too. */
export function canaryConfig(loaded: LoadedStack): ProgramConfig & { readonly canaries: readonly Canary[] } {
  const { config, secretKeys } = rehearsalConfig(loaded);
  const canaries = givenSecrets
    .filter(({ key }) => config[`mybinder:${key}`] !== undefined)
    // It takes the place of drawn ones, which have canaries too; test/unit/components/secrets has one in it.
    .filter(({ key }) => key !== ADOPTED_SECRETS)
    .map(({ key }) => canaryOf(key, loaded.stack.name));
  const values = canaries.map(({ key, value }): [string, string] => [`mybinder:${key}`, value]);
  return { config: { ...config, ...Object.fromEntries(values) }, secretKeys, canaries };
}

/** What test/support/mocks.ts answers for the generated secrets of a stack. */
export function drawnCanaries({ stack: { config } }: LoadedStack): Canary[] {
  return generatedSecrets
    .filter(({ neededBy }) => neededBy(config))
    .map(({ key, shape }) => ({ key, text: `${ANSWERS[shape]}-of-${key}` }));
}

const ANSWERS: Readonly<Record<GeneratedSecret["shape"], string>> = {
  hex: "hex",
  alphanumeric: "password",
  password: "password",
  keyPair: "key",
};

/** The keys of the canaries that a text holds, as they are or in base64 at whichever offset, sorted. */
export function canariesIn(text: string, canaries: readonly Canary[]): string[] {
  return canaries
    .filter((canary) => forms(canary.text).some((form) => text.includes(form)))
    .map(({ key }) => key)
    .sort();
}

function forms(text: string): string[] {
  const encoded = [0, 1, 2].map((offset) => {
    const base64 = Buffer.from("\0".repeat(offset) + text).toString("base64url");
    // Characters at both ends also hold bits of what is around the text.
    const end = Math.floor(((offset + Buffer.byteLength(text)) * 8) / 6);
    return base64.slice(Math.ceil((offset * 8) / 6), end);
  });
  return [text, ...encoded, ...encoded.map((form) => form.replaceAll("-", "+").replaceAll("_", "/"))];
}
