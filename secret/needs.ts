import type { StackConfig } from "../model/schema";

/** Serves launches. */
export const serves = (config: StackConfig): boolean => config.role !== "proxy";
/** Runs a Harbor of its own. */
export const harbor = (config: StackConfig): boolean =>
  config.role !== "proxy" && config.registry.kind === "harbor";
/** Pushes images to a registry. */
export const pushes = (config: StackConfig): boolean =>
  config.role !== "proxy" && config.registry.kind !== "none";
/** Runs Prometheus and Grafana. */
export const monitored = (config: StackConfig): boolean => config.monitoring.enabled;
export const always = (): boolean => true;
/** Has a cluster that is described here, but not managed. */
export const unmanaged = ({ cluster }: StackConfig): boolean =>
  cluster.kind === "existing" || !cluster.managed;
/** Has a machine that is managed over SSH. */
export const overSsh = ({ cluster }: StackConfig): boolean => cluster.kind === "k3s" && cluster.managed;
/** Sends launch events to Google. */
export const sendsEvents = (config: StackConfig): boolean => config.role !== "proxy" && config.binder.events;
