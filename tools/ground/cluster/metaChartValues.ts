import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../root";

/** What tools need of the meta chart's values.yaml, so that they play the cluster that the chart describes. */
export interface MetaChartValues {
  readonly priorityClasses: Readonly<Record<string, number>>;
  readonly binderhub: {
    readonly dind: { readonly resources: { readonly requests: { readonly memory: string } } };
    readonly jupyterhub: {
      readonly scheduling: {
        readonly userScheduler: { readonly plugins: unknown; readonly pluginConfig: unknown };
        readonly userPlaceholder: { readonly extraPodSpec: { readonly priorityClassName: string } };
      };
      readonly singleuser: {
        readonly cpu: { readonly guarantee: number };
        readonly memory: { readonly guarantee: string };
      };
    };
  };
}

/** The meta chart's values.yaml, as every stack has it before anything is derived. */
export function metaChartValues(): MetaChartValues {
  return parse(readFileSync(join(ROOT, "charts", "mybinder", "values.yaml"), "utf8")) as MetaChartValues;
}
