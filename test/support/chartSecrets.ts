import { parse } from "yaml";
import type { Stack } from "../../model/config";
import { mergeValues, setAt, type Values } from "../../model/mergeValues";
import { stackValues } from "../../model/values";
import { secretsOf } from "../../secret/catalogue";

/** The values of a stack with secrets of no worth, so that helm can render them without Pulumi. */
export function renderableValues(stack: Stack): Values {
  const secrets = secretsOf(stack.config).flatMap((secret): Values[] => {
    if (secret.source === "generated") {
      return secret.values.map((path) => setAt(path, `${secret.key}-of-no-worth`));
    }
    const value: unknown = secret.format === "yaml" ? parse(secret.placeholder) : secret.placeholder;
    return [
      ...secret.values.map((path) => setAt(path, value)),
      ...(secret.enables === undefined ? [] : [setAt(secret.enables, true)]),
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
