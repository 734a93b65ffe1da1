import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

const any = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/**
 * The kind Plan, as much of it as lets the API server take a plan before the controller is there. When it starts, the
 * controller replaces the schema by its own, whole one. Deleting it would delete every plan.
 */
export function planDefinition(
  name: string,
  labels: Record<string, string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.v1.CustomResourceDefinition {
  return new kubernetes.apiextensions.v1.CustomResourceDefinition(
    name,
    {
      metadata: { name: "plans.upgrade.cattle.io", labels },
      spec: {
        group: "upgrade.cattle.io",
        names: { kind: "Plan", listKind: "PlanList", plural: "plans", singular: "plan" },
        scope: "Namespaced",
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: {
              openAPIV3Schema: {
                type: "object",
                properties: { spec: { ...any, required: ["upgrade"] }, status: any },
              },
            },
          },
        ],
      },
    },
    // The controller writes the schema.
    { ...opts, retainOnDelete: true, ignoreChanges: ["spec.versions"] },
  );
}
