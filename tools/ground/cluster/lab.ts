import type { Report } from "../terminal/report";
import type { RunningProcess } from "../terminal/processes";

/**
 * What the operator's tools need of the control planes on this machine. A command hands it over, so that they work on any
 * cluster without the toolchain that builds one.
 */
export interface Lab {
  /** A stack's control plane. */
  readonly controlPlane: (stack: string) => Promise<LocalCluster>;
  /** Our own kubectl and helm; the first use builds them, in minutes. */
  readonly kubectl: (report: Report) => Promise<string>;
  readonly helm: (report: Report) => Promise<string>;
}

/** A control plane on this machine. */
export interface LocalCluster {
  readonly name: string;
  readonly state: "running" | "stopped" | "broken";
  /** What is broken, in a few words. */
  readonly problem: string | undefined;
  readonly kubeconfig: string;
}

/** What `doctor` looks at of them. */
export interface LabState {
  /** Oldest Go that builds the toolchain. */
  readonly neededGo: () => string;
  /** What is wrong with the Go on PATH; `undefined`: nothing. */
  readonly goProblem: () => Promise<string | undefined>;
  /** Programs that the next use would build. */
  readonly unbuilt: () => readonly string[];
  readonly controlPlanes: () => Promise<readonly LocalCluster[]>;
  /** The programs of control planes, and of the federation proxies beside them, that run. */
  readonly processes: () => readonly RunningProcess[];
}
