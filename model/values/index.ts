import { mergeValues, type Values } from "../schema/plain/mergeValues";
import type { Stack } from "../stack/config";
import { backupValues } from "./backup";
import { commonValues } from "./common";
import { logsValues } from "./logs";
import { memberValues } from "./member";
import { proxyValues } from "./proxy";

/**
 * The meta chart's values for a stack, secrets excluded: what follows from its role and machine, then the
 * overrides of its stack file. Helm puts the chart's own values.yaml below them, the caller the secrets on top.
 */
export function stackValues(stack: Stack): Values {
  return mergeValues(
    commonValues(stack),
    backupValues(stack),
    logsValues(stack),
    stack.federation ? proxyValues(stack, stack.federation) : {},
    stack.member
      ? memberValues(stack, stack.member)
      : { binderhubEnabled: false, cryptnono: { enabled: false } },
    ...stack.config.overrides.map(({ values }) => values),
  );
}
