import type { Stack } from "../stack/config";
import { hasReceivers } from "./alertmanager";

/** What a preview says of a stack that is to last and whose alerts nobody gets; `undefined` where somebody does. */
export function untoldText({ name, config: { alerting, monitoring, protect } }: Stack): string | undefined {
  if (!monitoring.enabled || !protect || hasReceivers(alerting)) return undefined;
  return (
    `stack ${name}: its alerts fire, and nobody is told: mybinder:alerting in Pulumi.${name}.yaml names no receiver ` +
    "(webhook, zulip, email, github). docs/alerts.md says how to add one"
  );
}
