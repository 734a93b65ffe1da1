import { alertsOf, recordingsOf } from "../alerts/rules";
import { isMap, type Values } from "../schema/plain/mergeValues";
import type { Stack } from "../stack/config";
import { stackValues } from ".";

/**
 * A stack's values for a comparison by people: its rules apart, by name and with what they ask. In the values themselves they are
 * one long list, in which each alert also links to its own stack's dashboards.
 */
export function readableValues(stack: Stack): { readonly rules: Values; readonly values: Values } {
  return {
    rules: stack.config.monitoring.enabled ? rulesOf(stack) : {},
    values: withoutRules(stackValues(stack)),
  };
}

function rulesOf(stack: Stack): Values {
  return Object.fromEntries([
    ...alertsOf(stack).map(({ name, expr }) => [name, expr]),
    ...recordingsOf(stack).map(({ record, expr, labels }) => [
      [record, ...Object.values(labels ?? {})].join(" "),
      expr,
    ]),
  ]) as Values;
}

function withoutRules(values: Values): Values {
  const { prometheus } = values;
  if (!isMap(prometheus)) return values;
  return { ...values, prometheus: { ...prometheus, serverFiles: {} } };
}
