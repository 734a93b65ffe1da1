import type { ObjectChange } from "./report";

const WORKLOADS = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** What operators call a workload, by its name without the stack's. */
const CALLED: readonly (readonly [RegExp, string])[] = [
  [/^hub$/, "the hub"],
  [/^proxy$/, "the hub's proxy (every open session reconnects)"],
  [/^binder$/, "BinderHub"],
  [/^federation-(proxy|agent)$/, "the federation proxy"],
  [/^traefik$/, "Traefik (every connection)"],
  [/^harbor-/, "Harbor"],
  [/^dind$/, "Docker of the builds (running builds fail)"],
];

/** What the changes restart, in words. A workload restarts when the template of its pods changes. */
export function restartsOf(stack: string, objects: readonly ObjectChange[]): string[] {
  const names = objects.flatMap(({ kind, name, change, differences }) => {
    const template = differences.some(({ path }) => path.startsWith("spec.template."));
    return change === "changed" && WORKLOADS.has(kind) && template ? [called(stack, name)] : [];
  });
  return [...new Set(names)];
}

function called(stack: string, name: string): string {
  const own = name.startsWith(`${stack}-`) ? name.slice(stack.length + 1) : name;
  return CALLED.find(([pattern]) => pattern.test(own))?.[1] ?? own;
}
