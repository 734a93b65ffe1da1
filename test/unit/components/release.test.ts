import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PreparedChart } from "../../../charts/metaChart";
import { MetaChart } from "../../../components/metaChart";
import type { Values } from "../../../model/schema/plain/mergeValues";
import { type Registered, recordRegistrations } from "../../support/mocks";

/* Construction under mocks: what is registered, with which inputs. Whether Helm accepts it, test/cluster shows. */

const chart: PreparedChart = {
  path: "../.build/charts/mybinder-abc",
  version: "0.1.0",
  digest: "d".repeat(64),
  charts: [],
};

async function constructed(
  protect: boolean,
  more: Values = {},
): Promise<{ registered: Registered[]; metaChart: MetaChart }> {
  const registered = await recordRegistrations("probe");
  const provider = new kubernetes.Provider("probe", { kubeconfig: "none", clusterIdentifier: "probe" });
  const metaChart = new MetaChart(
    "mybinder",
    {
      release: "probe",
      chart,
      values: { ...more, binderhub: { replicas: 2, registry: { url: "https://r.example.org" } } },
      secretValues: [{ binderhub: { registry: { password: pulumi.secret("hunter2") } } }],
      certificates: [],
      eventsServiceAccount: pulumi.secret("{}"),
      bans: { list: undefined, flows: true, dns: true },
      protect,
    },
    { providers: { kubernetes: provider } },
  );
  await pulumi.runtime.disconnect();
  return { registered, metaChart };
}

test("the meta chart is one release in a namespace of its own, after the secret that its pods mount", async () => {
  const { registered } = await constructed(true);
  const names = registered.filter(({ custom }) => custom).map(({ type, name }) => `${type} ${name}`);
  // those between wait for nothing but the namespace, each in its own time
  expect([...names.slice(0, 2), ...names.slice(2, -1).sort(), ...names.slice(-1)]).toEqual([
    "pulumi:providers:kubernetes probe",
    "kubernetes:core/v1:Namespace mybinder-namespace",
    "kubernetes:core/v1:ConfigMap bans-dns",
    "kubernetes:core/v1:ConfigMap bans-flows",
    "kubernetes:core/v1:Secret bans",
    "kubernetes:core/v1:Secret mybinder-events",
    "kubernetes:helm.sh/v3:Release mybinder",
  ]);
});

test("a release is explicit in everything that decides what Helm does", async () => {
  const { registered } = await constructed(true);
  const { compat, ...inputs } = registered.find(({ type }) => type.endsWith(":Release"))?.inputs ?? {};
  expect(compat).toBe("true");
  expect(inputs).toEqual({
    name: "probe",
    namespace: "probe",
    chart: "../.build/charts/mybinder-abc",
    version: "0.1.0",
    description: `chart sha256:${"d".repeat(64)}`,
    timeout: 900,
    maxHistory: 10,
    atomic: true,
    cleanupOnFail: true,
    createNamespace: false,
    waitForJobs: true,
    skipCrds: true,
    values: { binderhub: { replicas: 2, registry: { url: "https://r.example.org", password: "hunter2" } } },
  });
});

test("the provider is told which cluster it is, so that a new kubeconfig is not a new cluster", async () => {
  const { registered } = await constructed(true);
  expect(
    registered.find(({ name, type }) => name === "probe" && type.startsWith("pulumi:providers"))?.inputs,
  ).toMatchObject({
    clusterIdentifier: "probe",
  });
});

test("a null among the values is refused with its path", async () => {
  await expect(constructed(true, { grafana: { smtp: [{ host: null }] } })).rejects.toThrow(
    "release probe: found null in its Helm values, where it is not allowed: grafana.smtp.0.host",
  );
});
