// Proves: the dashboards come out of the chart unchanged, in the folder that Grafana is told to read, and nothing is pulled for them.
import { parse } from "yaml";
import { dashboardsOf } from "../../model/dashboards";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { chartFolders } from "../support/chartFolders";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart } from "../support/metaChart";
import { programRecorder } from "../support/program";
import { releaseValues } from "../support/stackObjects";

const recorder = programRecorder();
afterAll(recorder.end);

interface GrafanaPod {
  readonly initContainers?: readonly { readonly name: string }[];
  readonly containers: readonly { readonly volumeMounts: readonly { name: string; mountPath: string }[] }[];
  readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
}

test.each(chartFolders())(
  "rendered with %s",
  async (_, folder) => {
    const chart = await AssembledChart.create(folder);
    try {
      const config = rehearsalConfig(loadStackFile("staging"));
      const objects = await chart.renderRelease(
        "staging",
        releaseValues(await recorder.record("staging", config)),
      );
      const named = (kind: string, name: string): { data: Record<string, string>; spec: unknown } =>
        objects.find((one) => one.kind === kind && one.metadata.name === name) as never;

      const { data } = named("ConfigMap", "grafana-dashboards");
      const read = Object.entries(data).map(([file, text]) => [file, JSON.parse(text) as unknown]);
      const expected = Object.entries(dashboardsOf(loadStackFile("staging").stack));
      expect(read).toEqual(expected.map(([uid, one]) => [`${uid}.json`, one]));

      const { template } = named("Deployment", "staging-grafana").spec as { template: { spec: GrafanaPod } };
      const { initContainers = [], containers, volumes } = template.spec;
      const volume = volumes.find(({ configMap }) => configMap?.name === "grafana-dashboards");
      const mount = containers[0]?.volumeMounts.find(({ name }) => name === volume?.name);
      const grafana = named("ConfigMap", "staging-grafana").data;
      const { providers } = parse(grafana["dashboardproviders.yaml"] ?? "") as {
        providers: { options: { path: string }; allowUiUpdates: boolean }[];
      };
      expect(providers).toMatchObject([{ options: { path: mount?.mountPath }, allowUiUpdates: false }]);
      expect(initContainers.map(({ name }) => name)).not.toContain("download-dashboards");
    } finally {
      chart.remove();
    }
  },
  HELM_BUILD_MS,
);
