import { homedir } from "node:os";
import { join } from "node:path";

/** Settings from the process environment. The only reader of `process.env` in the program and its tools. */
export interface Environment {
  /** Folder of the built Kubernetes toolchain, which can be built again. `MYBINDER_CACHE`. */
  readonly cache: string;
  /** Folder of packaged charts, `<name>-<version>.tgz`. `MYBINDER_CHART_CACHE`. */
  readonly chartCache: string;
  /** Folder of running control planes: their data, keys, kubeconfigs and logs. `MYBINDER_STATE`. */
  readonly state: string;
  /** Kubeconfig file of a cluster of kind `existing` whose stack file does not name one. `MYBINDER_KUBECONFIG`. */
  readonly kubeconfig: string | undefined;
  /** Tests fail instead of being skipped when the machine lacks a program. `REQUIRE_REAL=1`. */
  readonly requireReal: boolean;
  /** Tests render only with the published charts, and fail where one is missing. `REAL_CHARTS=1`. */
  readonly realCharts: boolean;
  /** The helm program that pulls charts which are not in the cache. `MYBINDER_HELM`. */
  readonly helm: string;
}

/** Reads the environment. An empty variable counts as unset, as in XDG's base directory specification. */
export function environment(env: NodeJS.ProcessEnv = process.env): Environment {
  const value = (name: string): string | undefined => (env[name] === "" ? undefined : env[name]);
  const cache =
    value("MYBINDER_CACHE") ?? join(value("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "mybinder");
  const stateHome = value("XDG_STATE_HOME") ?? join(homedir(), ".local", "state");
  return {
    cache,
    chartCache: value("MYBINDER_CHART_CACHE") ?? join(cache, "charts"),
    state: value("MYBINDER_STATE") ?? join(stateHome, "mybinder"),
    kubeconfig: value("MYBINDER_KUBECONFIG"),
    requireReal: value("REQUIRE_REAL") === "1",
    realCharts: value("REAL_CHARTS") === "1",
    helm: value("MYBINDER_HELM") ?? "helm",
  };
}

/** The environment of a child process: ours with `changes` applied; `undefined` unsets a variable. */
export function childEnvironment(changes: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}
