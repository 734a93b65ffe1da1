import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { setAt, type Values } from "../model/schema/plain/mergeValues";
import type { StackConfig } from "../model/schema/stack";
import { type AdoptedSecrets, adoptedValue, generatedPlaces } from "../secret/adopted";
import { keepersOf } from "../secret/rotation";
import type { GeneratedSecret } from "../secret/types";
import { keyPair } from "./keyPair";

/**
 * A generated secret at its paths of the meta chart's values: the one that was taken over (in `adopted`), else
 * the drawn one. It is drawn in any case, so that a rotation has one, and the state none that depends on a value.
 */
export function generate(
  secret: GeneratedSecret,
  config: StackConfig,
  adopted: pulumi.Output<AdoptedSecrets> | undefined,
  opts: pulumi.CustomResourceOptions,
): Values[] {
  const { key, shape, length, values, htpasswd, list } = secret;
  const counts = (drawn: pulumi.Output<string>): pulumi.Output<string> =>
    adopted && generatedPlaces[key]
      ? pulumi.secret(
          pulumi.all([adopted, drawn]).apply(([kept, own]) => adoptedValue(kept, key, config) ?? own),
        )
      : pulumi.secret(drawn);
  const keepers = keepersOf(config, key);
  if (shape === "keyPair") {
    const rotated = keepers.keepers?.rotated;
    const pair = keyPair(key, { subject: key, bits: length, rotated }, opts);
    return values.map((path, index) => setAt(path, index === 0 ? pair.key : pair.certificate));
  }
  if (shape === "hex") {
    const { hex } = new random.RandomBytes(key, { length, ...keepers }, opts);
    return values.map((path) => setAt(path, list ? [counts(hex)] : counts(hex)));
  }
  const { result, bcryptHash } = generatePassword(secret, config, opts);
  const line =
    htpasswd && setAt(htpasswd.path, pulumi.secret(pulumi.interpolate`${htpasswd.user}:${bcryptHash}`));
  return [...values.map((path) => setAt(path, counts(result))), ...(line ? [line] : [])];
}

/** The resource of a generated secret that is a text: all that there is of one that nothing uses and a volume remembers. */
export function generatePassword(
  { key, shape, length }: GeneratedSecret,
  config: StackConfig,
  opts: pulumi.CustomResourceOptions,
): random.RandomPassword {
  const each = shape === "password" ? { minLower: 1, minNumeric: 1, minUpper: 1 } : {};
  return new random.RandomPassword(key, { length, special: false, ...each, ...keepersOf(config, key) }, opts);
}
