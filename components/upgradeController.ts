import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { upgradeController, upgradeKubectl } from "../charts/versions";
import { NODE_PURPOSE_LABEL } from "../model/cluster/nodes";
import type { ClusterConfig } from "../model/schema/stack";
import { UPGRADE_NAMESPACE, upgradePlan } from "../model/cluster/upgradePlan";
import { upgradeAccess } from "./upgradeController/access";
import { planDefinition } from "./upgradeController/definition";

/** When and to what the nodes of a cluster are upgraded. */
export interface UpgradeControllerArgs {
  /** `spec` of the plan; see model/cluster/upgradePlan.ts. */
  readonly plan: Record<string, unknown>;
}

const NAME = "system-upgrade-controller";
const CONTROLLER_LABEL = "upgrade.cattle.io/controller";
const LABELS = { "app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "mybinder" };

const SETTINGS = {
  SYSTEM_UPGRADE_CONTROLLER_LEADER_ELECT: "true",
  SYSTEM_UPGRADE_CONTROLLER_THREADS: "1",
  SYSTEM_UPGRADE_JOB_BACKOFF_LIMIT: "3",
  SYSTEM_UPGRADE_JOB_IMAGE_PULL_POLICY: "IfNotPresent",
  SYSTEM_UPGRADE_JOB_KUBECTL_IMAGE: `${upgradeKubectl.image}:${upgradeKubectl.version}`,
  SYSTEM_UPGRADE_JOB_PRIVILEGED: "true",
};

/** The upgrade controller, where the cluster is upgraded within a window. */
export function upgrades(
  cluster: ClusterConfig,
  opts: pulumi.ComponentResourceOptions,
): UpgradeController | undefined {
  const plan = upgradePlan(cluster);
  return plan && new UpgradeController("upgrades", { plan }, opts);
}

/**
 * The system-upgrade-controller, pinned, and the one plan that it follows. Its jobs are root on the node: they replace
 * K3s' binary. So its namespace is of its own and allows that, and nothing else runs there.
 */
export class UpgradeController extends pulumi.ComponentResource {
  constructor(name: string, { plan }: UpgradeControllerArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:UpgradeController", name, {}, opts);
    const namespace = new kubernetes.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: UPGRADE_NAMESPACE,
          labels: { ...LABELS, "pod-security.kubernetes.io/enforce": "privileged" },
        },
      },
      { parent: this },
    );
    const inside = { parent: this, dependsOn: [namespace] };
    const access = upgradeAccess(name, LABELS, inside);
    const definition = planDefinition(`${name}-definition`, LABELS, { parent: this });
    const settings = new kubernetes.core.v1.ConfigMap(
      `${name}-settings`,
      { metadata: metadata(NAME), data: SETTINGS },
      inside,
    );
    const controller = this.controller(name, settings, [...access, definition]);
    new kubernetes.apiextensions.CustomResource(
      `${name}-plan`,
      { apiVersion: "upgrade.cattle.io/v1", kind: "Plan", metadata: metadata("k3s"), spec: plan },
      { parent: this, dependsOn: [definition, controller] },
    );
    this.registerOutputs({});
  }

  private controller(
    name: string,
    settings: kubernetes.core.v1.ConfigMap,
    dependsOn: pulumi.Resource[],
  ): kubernetes.apps.v1.Deployment {
    const selected = { [CONTROLLER_LABEL]: NAME };
    const field = (key: string, fieldPath: string): Record<string, unknown> => ({
      name: `SYSTEM_UPGRADE_CONTROLLER_${key}`,
      valueFrom: { fieldRef: { fieldPath } },
    });
    return new kubernetes.apps.v1.Deployment(
      `${name}-controller`,
      {
        metadata: metadata(NAME),
        spec: {
          replicas: 1,
          strategy: { type: "Recreate" },
          selector: { matchLabels: selected },
          template: {
            // With this label its pods are spared by its own drain.
            metadata: { labels: { ...LABELS, ...selected } },
            spec: {
              serviceAccountName: UPGRADE_NAMESPACE,
              nodeSelector: { [NODE_PURPOSE_LABEL]: "core" },
              containers: [
                {
                  name: NAME,
                  image: `${upgradeController.image}:${upgradeController.version}`,
                  securityContext: {
                    runAsNonRoot: true,
                    runAsUser: 65534,
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    seccompProfile: { type: "RuntimeDefault" },
                    capabilities: { drop: ["ALL"] },
                  },
                  envFrom: [{ configMapRef: { name: settings.metadata.name } }],
                  env: [
                    field("NAME", `metadata.labels['${CONTROLLER_LABEL}']`),
                    field("NAMESPACE", "metadata.namespace"),
                    field("NODE_NAME", "spec.nodeName"),
                  ] as unknown as kubernetes.types.input.core.v1.EnvVar[],
                  resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                  volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
                },
              ],
              volumes: [{ name: "tmp", emptyDir: {} }],
            },
          },
        },
      },
      { parent: this, dependsOn },
    );
  }
}

function metadata(name: string): { name: string; namespace: string; labels: Record<string, string> } {
  return { name, namespace: UPGRADE_NAMESPACE, labels: LABELS };
}
