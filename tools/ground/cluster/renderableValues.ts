import { mergeValues, setAt, type Values } from "../../../model/schema/plain/mergeValues";
import { parseYaml } from "../../../model/schema/plain/silentYaml";
import type { Stack } from "../../../model/stack/config";
import { stackValues } from "../../../model/values";
import { secretsOf } from "../../../secret/catalogue";

/**
 * The values of a stack with secrets of no worth, so that helm can render them without Pulumi. `isSet`: whether a given secret
 * is to be there; default: all are, optional ones too.
 */
export function renderableValues(stack: Stack, isSet: (key: string) => boolean = () => true): Values {
  const secrets = secretsOf(stack.config).flatMap((secret): Values[] => {
    if (secret.source === "generated") {
      return secret.values.map((path) => setAt(path, `${secret.key}-of-no-worth`));
    }
    if (!isSet(secret.key)) return [];
    const { format, placeholder, part, enables } = secret;
    const value: unknown = format === "yaml" ? parseYaml(placeholder) : placeholder;
    return [
      ...secret.values.map((path) => setAt(path, part ? part(value, path) : value)),
      ...(enables === undefined ? [] : [setAt(enables, true)]),
    ];
  });
  const values = stackValues(stack);
  // the robot accounts of guests and mirrors: components/registry.ts draws their passwords
  const { projects = [], mirrors = [] } = (values["harborSetup"] ?? {}) as {
    projects?: { robots: { secret: string }[] }[];
    mirrors?: { secret: string }[];
  };
  // a project's name may have dots, so these are no paths
  const accounts = Object.fromEntries(
    [...projects.flatMap(({ robots }) => robots), ...mirrors].map(({ secret }) => [
      secret,
      "password-of-no-worth",
    ]),
  );
  return mergeValues(values, { harborSetup: { secrets: accounts } }, ...secrets);
}
