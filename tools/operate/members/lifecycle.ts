import { isMap } from "yaml";
import { lifecycleOf } from "../../../model/member/lifecycle";
import type { Lifecycle } from "../../../model/schema/lifecycles";
import { Failure } from "../../ground/terminal/failure";
import { stackFileText } from "../../ground/stackFile/stackFileText";
import { changesOf } from "./proxyChanges";
import { derive, documentOf, fileOf, type MemberPlan, type StackFileTexts } from "./stackFile";

/**
 * Plans another lifecycle of a member: one line of its own stack file; the proxy's follows from it. Throws Failure
 * (exit code 2) when it is no member or has that lifecycle, or when the federation would not hold.
 */
export function planLifecycle(
  name: string,
  to: Lifecycle,
  proxy: string,
  stackFile: StackFileTexts,
): MemberPlan {
  const document = documentOf(name, stackFile);
  const { config } = derive(name, {}, stackFile);
  if (config.role !== "member") {
    throw new Failure(`stack ${name} has role ${config.role}; only a member has a lifecycle`, 2);
  }
  if (lifecycleOf(config) === to) throw new Failure(`stack ${name} is already ${to} (${fileOf(name)})`, 2);
  const settings = document.get("config");
  if (!isMap(settings)) throw new Error("a stack that was derived has a map of config");
  settings.delete("mybinder:lifecycle");
  if (to !== "active") {
    // below the role, where a reader looks first
    const role = settings.items.findIndex((pair) => keyOf(pair) === "mybinder:role");
    settings.items.splice(role + 1, 0, document.createPair("mybinder:lifecycle", to));
  }
  const text = stackFileText(document);
  return {
    files: { [fileOf(name)]: text },
    proxyChanges: changesOf(derive(proxy, {}, stackFile), derive(proxy, { [name]: text }, stackFile)),
    steps: STEPS[to](name, proxy),
  };
}

function keyOf({ key }: { readonly key: unknown }): unknown {
  return key !== null && typeof key === "object" && "value" in key ? key.value : key;
}

const STEPS: Readonly<Record<Lifecycle, (name: string, proxy: string) => string[]>> = {
  active: (name, proxy) => [
    `pulumi up --stack ${name}, to apply missed changes; then: npx mybinder members check ${name}`,
    `pulumi up --stack ${proxy}; after a long absence also: npx mybinder traffic ramp ${name} --over 3d`,
  ],
  draining: (_, proxy) => [
    `npx mybinder traffic apply --stack ${proxy}: no new launches within about a minute, nothing is released`,
    "running sessions continue; the last ones end after six hours",
  ],
  paused: (name, proxy) => [
    `npx mybinder traffic apply --stack ${proxy}: no new launches within about a minute, nothing is released`,
    `previews and deploys skip it (npx mybinder stacks --active lists the rest); pulumi up --stack ${name} refuses to run`,
  ],
  gone: (name, proxy) => [
    `pulumi up --stack ${proxy}: removes it from the proxy, its data sources and its targets`,
    `npx mybinder members retire ${name}: removes it from Pulumi's state, even if its API server does not answer`,
  ],
};
