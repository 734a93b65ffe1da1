import { createHash } from "node:crypto";
import { egressExcept } from "../../model/federation/bans/effects";
import type { Ban } from "../../model/federation/bans/list";
import {
  DNS_BANS,
  dnsBansConfigMap,
  FLOW_BANS,
  flowBansConfigMap,
} from "../../model/federation/bans/objects";
import type { InCluster } from "../inCluster";
import type { KeeperConfig } from "./config";

/** One thing in the cluster that follows from the list. */
export interface Target {
  readonly name: string;
  /** Makes it as the list says. Resolves to whether anything had to change. */
  readonly keep: (bans: readonly Ban[]) => Promise<boolean>;
}

/** What a cluster with this configuration has. */
export function targetsOf(config: KeeperConfig, api: InCluster): Target[] {
  const { namespace, egress, flowKiller, dns } = config;
  return [
    ...(egress?.policies ?? []).map((policy) => policyTarget(api, namespace, policy, egress)),
    ...(flowKiller === undefined ? [] : [flowTarget(api, namespace, flowKiller)]),
    ...(dns ? [dnsTarget(api)] : []),
  ];
}

interface NetworkPolicy {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec: {
    readonly egress?: readonly {
      readonly to?: readonly {
        readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
      }[];
    }[];
  };
}

/** A deploy writes the policy without bans; the next round, a second later, adds them again. */
function policyTarget(
  api: InCluster,
  namespace: string,
  name: string,
  egress: KeeperConfig["egress"],
): Target {
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`;
  const { cidr, except } = egress ?? { cidr: "", except: [] };
  return {
    name: `networkpolicy/${name}`,
    keep: async (bans) => {
      const { metadata, spec } = await api.call<NetworkPolicy>("GET", path);
      const wanted = egressExcept(cidr, except, bans);
      const changes = (spec.egress ?? []).flatMap(({ to = [] }, rule) =>
        to.flatMap(({ ipBlock }, peer) => {
          if (ipBlock?.cidr !== cidr || ipBlock.except?.join() === wanted.join()) return [];
          const at = `/spec/egress/${String(rule)}/to/${String(peer)}/ipBlock/except`;
          return [{ op: "add", path: at, value: wanted }];
        }),
      );
      if (changes.length === 0) return false;
      // 409 where it changed meanwhile, as another replica may have been first
      const unchanged = { op: "replace", path: "/metadata/resourceVersion", value: metadata.resourceVersion };
      await api.call("PATCH", path, [unchanged, ...changes], "application/json-patch+json");
      return true;
    },
  };
}

interface WithData {
  readonly data?: Readonly<Record<string, string>>;
}

/** Writes one key of a ConfigMap that is there already. Resolves to whether it was another text. */
async function keepKey(api: InCluster, path: string, key: string, text: string): Promise<boolean> {
  const { data } = await api.call<WithData>("GET", path);
  if (data?.[key] === text) return false;
  await api.call("PATCH", path, { data: { [key]: text } }, "application/merge-patch+json");
  return true;
}

/** Annotation of cryptnono's pods that changes with their list, so that they start again: they read it once. */
const LIST = "mybinder.org/flow-bans";

interface DaemonSet {
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations?: Record<string, string> } };
  };
}

function flowTarget(api: InCluster, namespace: string, daemonSet: string): Target {
  return {
    name: `daemonset/${daemonSet}`,
    keep: async (bans) => {
      const text = flowBansConfigMap(namespace, bans).data[FLOW_BANS.key] ?? "";
      const changed = await keepKey(
        api,
        `/api/v1/namespaces/${namespace}/configmaps/${FLOW_BANS.name}`,
        FLOW_BANS.key,
        text,
      );
      const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${daemonSet}`;
      const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
      const { spec } = await api.call<DaemonSet>("GET", path);
      if (spec.template.metadata.annotations?.[LIST] === digest) return changed;
      const template = { metadata: { annotations: { [LIST]: digest } } };
      await api.call("PATCH", path, { spec: { template } }, "application/merge-patch+json");
      return true;
    },
  };
}

function dnsTarget(api: InCluster): Target {
  const { namespace, name, key } = DNS_BANS;
  return {
    name: `configmap/${name}`,
    keep: (bans) =>
      keepKey(
        api,
        `/api/v1/namespaces/${namespace}/configmaps/${name}`,
        key,
        dnsBansConfigMap(bans).data[key] ?? "",
      ),
  };
}
