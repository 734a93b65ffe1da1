import { alertmanagerConfig } from "../../model/alerts/alertmanager";
import type { Values } from "../../model/schema/plain/mergeValues";
import { deriveStack } from "../../model/stack/config";
import { publicConfig } from "../../tools/ground/stackFile/stacks";
import { BASES } from "../chart/effects/bases";

/** The configuration of an Alertmanager that can tell everybody who can be told. */
export function toldConfig(): Values {
  const { stack, raw } = BASES.told;
  return alertmanagerConfig(deriveStack(stack, raw, publicConfig).config.alerting);
}
