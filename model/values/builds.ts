import type { Member } from "../member/member";
import { isMap, type Values } from "../schema/plain/mergeValues";
import { GB } from "../schema/plain/quantity";
import type { MemberConfig } from "../schema/stack";

/** Share of its bound to which the image cleaner brings a disk down. */
const CLEANED_TO = 0.6;

/** What builds an image: a Docker or Podman of its own on each node, or the node's Docker. `imageBuilderType` of BinderHub. */
export function imageBuilder({ overrides }: MemberConfig): string {
  return overrides.reduce((builder, { values: { binderhub } }) => {
    const other = isMap(binderhub) ? binderhub["imageBuilderType"] : undefined;
    return typeof other === "string" ? other : builder;
  }, "dind");
}

/** What removes what builds leave behind: the build pruner beside each Docker of our own. */
export function buildPrunerValues(config: MemberConfig, { buildCacheGB }: Member): Values {
  return imageBuilder(config) === "dind" ? { cacheGB: buildCacheGB } : { enabled: false };
}

/**
 * BinderHub's image cleaner: where the pruner is not, within the same bound, which fits the disk. It never cordons: that would
 * be a member's only node, or all of them at once.
 */
export function imageCleanerValues(config: MemberConfig, { buildCacheGB }: Member): Values {
  if (imageBuilder(config) === "dind") return { enabled: false };
  const high = buildCacheGB * GB;
  return {
    enabled: true,
    cordon: false,
    imageGCThresholdType: "absolute",
    imageGCThresholdHigh: high,
    imageGCThresholdLow: Math.round(high * CLEANED_TO),
  };
}
