import { userSchedulerName } from "../../../model/cluster/scheduling";
import { metaChartValues } from "../../ground/cluster/metaChartValues";
import { type Folders, writePrivate } from "./folders";
import { kubeconfigOf, schedulerConfigOf } from "./programs";

/** How the scheduler scores nodes for the pods that name it. */
interface Profile {
  readonly schedulerName: string;
  readonly plugins?: unknown;
  readonly pluginConfig?: unknown;
}

/**
 * Writes the scheduler's configuration: the defaults, and for pods of the user scheduler of the stack that the control
 * plane is named after what the meta chart's values give it. Nothing runs in the simulated pod of a user scheduler, so
 * this one schedules in its stead.
 */
export function writeSchedulerConfig(folders: Folders): void {
  const config = {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    clientConnection: { kubeconfig: kubeconfigOf(folders, "kube-scheduler"), qps: 500, burst: 1000 },
    leaderElection: { leaderElect: false },
    enableProfiling: false,
    // A pod that found no place is tried again within a second, not ten: rehearsals do not wait for it.
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 1,
    profiles: [{ schedulerName: "default-scheduler" }, userProfile(folders.name)],
  };
  writePrivate(schedulerConfigOf(folders), `${JSON.stringify(config, undefined, 2)}\n`);
}

/** The profile of a stack's user scheduler, from the values of the meta chart. */
function userProfile(stack: string): Profile {
  const { plugins, pluginConfig } = metaChartValues().binderhub.jupyterhub.scheduling.userScheduler;
  return { schedulerName: userSchedulerName(stack), plugins, pluginConfig };
}
