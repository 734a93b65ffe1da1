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

/** Settings that a workflow of GitHub gives to its steps; `undefined` elsewhere. */
export interface CiEnvironment {
  /** `GITHUB_API_URL`, `GITHUB_REPOSITORY` ("owner/name"). */
  readonly api: string;
  readonly repository: string | undefined;
  /** `GITHUB_TOKEN`: only for jobs that write comments or issues. */
  readonly token: string | undefined;
  /** File with the event that started the workflow. `GITHUB_EVENT_PATH`. */
  readonly eventFile: string | undefined;
  /** File whose Markdown is shown as the summary of a run. `GITHUB_STEP_SUMMARY`. */
  readonly summaryFile: string | undefined;
  /** File for the outputs of a step. `GITHUB_OUTPUT`. */
  readonly outputFile: string | undefined;
  /** Page of the run, from `GITHUB_SERVER_URL`, `GITHUB_REPOSITORY` and `GITHUB_RUN_ID`. */
  readonly runUrl: string;
  /** `GITHUB_SHA`. */
  readonly commit: string | undefined;
  /** `GRAFANA_TOKEN`: of a service account that writes annotations. */
  readonly grafanaToken: string | undefined;
}

/** Reads what a workflow gives to its steps. */
export function ciEnvironment(env: NodeJS.ProcessEnv = process.env): CiEnvironment {
  const value = (name: string): string | undefined => (env[name] === "" ? undefined : env[name]);
  const repository = value("GITHUB_REPOSITORY");
  const server = value("GITHUB_SERVER_URL") ?? "https://github.com";
  return {
    api: value("GITHUB_API_URL") ?? "https://api.github.com",
    repository,
    token: value("GITHUB_TOKEN"),
    eventFile: value("GITHUB_EVENT_PATH"),
    summaryFile: value("GITHUB_STEP_SUMMARY"),
    outputFile: value("GITHUB_OUTPUT"),
    runUrl: `${server}/${repository ?? "?"}/actions/runs/${value("GITHUB_RUN_ID") ?? "?"}`,
    commit: value("GITHUB_SHA"),
    grafanaToken: value("GRAFANA_TOKEN"),
  };
}

/** The environment of a child process: ours with `changes` applied; `undefined` unsets a variable. */
export function childEnvironment(changes: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}
