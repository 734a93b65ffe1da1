import type { Stack } from "../../../model/stack/config";
import { parseYaml } from "../../../model/schema/plain/silentYaml";
import { catalogue, secretsOf } from "../../../secret/catalogue";
import type { GivenSecret } from "../../../secret/types";
import type { LoadedStack } from "../../ground/stackFile/stacks";

/** A stack's config as Pulumi hands it to a program: `mybinder:<key>` to text, and which keys are secret. */
export interface ProgramConfig {
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/**
 * The config of a rehearsal: the stack file's public values, and for every secret the stack uses, optional ones
 * too, a placeholder of the right shape. What is encrypted in the stack file stays so.
 */
export function rehearsalConfig({ stack, raw }: LoadedStack): ProgramConfig {
  const plain = Object.entries(raw).map(([key, value]): [string, string] => [
    `mybinder:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const placeholders = secretsOf(stack.config).flatMap((secret): [string, string][] =>
    secret.source === "given" ? [[`mybinder:${secret.key}`, placeholderOf(secret, stack)]] : [],
  );
  return {
    config: Object.fromEntries([...plain, ...placeholders]),
    secretKeys: catalogue.filter(({ source }) => source === "given").map(({ key }) => `mybinder:${key}`),
  };
}

/** A kubeconfig has the context that the stack names, or the program would refuse it. */
function placeholderOf({ key, placeholder }: GivenSecret, { config: { cluster } }: Stack): string {
  if (key !== "kubeconfig" || cluster.kind !== "existing" || cluster.context === undefined) {
    return placeholder;
  }
  const file = parseYaml(placeholder) as { contexts: { context: unknown }[] };
  const contexts = file.contexts.map(({ context }) => ({ name: cluster.context, context }));
  return JSON.stringify({ ...file, contexts, "current-context": cluster.context });
}
