import type { KubeObject } from "../../tools/ground/cluster/kubectl";
import type { Placed } from "../../tools/lab/rehearse/references/dangling";
import type { Rendered } from "./metaChart";

/** What helm rendered for a release, as a rehearsal looks at it. */
export function placed(objects: readonly Rendered[], namespace: string): Placed[] {
  return objects.map((rendered) => {
    const object = rendered as KubeObject;
    return { object, namespace: object.metadata.namespace ?? namespace };
  });
}
