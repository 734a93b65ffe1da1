import { objectOf, type Rendered } from "./metaChart";

/** The store's StatefulSet or the collector's DaemonSet. */
export function workload(objects: readonly Rendered[], which: "store" | "collector"): Rendered {
  return which === "store"
    ? objectOf(objects, "StatefulSet", "log-store")
    : objectOf(objects, "DaemonSet", "log-collector");
}

/** Arguments of the only container of a workload. */
export function containerArgs({ spec }: Rendered): readonly string[] {
  const [container] = spec?.template?.spec.containers ?? [];
  return (container?.["args"] as readonly string[] | undefined) ?? [];
}
