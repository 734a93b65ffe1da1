import { Provider } from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { Gke, gkeCluster } from "../../../../components/cluster/gke";
import { parseConfig } from "../../../../model/stack/config";
import type { GkeConfig } from "../../../../model/schema/stack";
import { type Registered, recordRegistrations, valueOf } from "../../../support/mocks";

/* Construction under mocks: which resources Google would be asked for, with which inputs; not what it makes of them. */

const CORE = { machineType: "e2-highmem-2", min: 1, max: 4, diskGiB: 64, zones: ["us-central1-a"] };
const USER = { machineType: "n4-highmem-16", min: 0, max: 10, diskGiB: 400 };

function config(pools: Record<string, unknown>, entrypointAddress?: string): GkeConfig {
  const { cluster } = parseConfig("probe", {
    role: "member",
    domain: "probe.mybinder.org",
    cluster: { kind: "gke", project: "p-1", location: "us-central1", pools, entrypointAddress },
    registry: { kind: "none" },
  });
  if (cluster.kind !== "gke") throw new Error("not GKE");
  return cluster;
}

interface Constructed {
  readonly registered: readonly Registered[];
  readonly gke: Gke;
}

/** Each cluster is constructed once: the tests only read what was registered. */
const known = new Map<string, Promise<Constructed>>();
function constructed(pools: Record<string, unknown>, entrypointAddress?: string): Promise<Constructed> {
  const key = JSON.stringify({ pools, entrypointAddress });
  const cluster = known.get(key) ?? construct(pools, entrypointAddress);
  known.set(key, cluster);
  return cluster;
}

async function construct(pools: Record<string, unknown>, entrypointAddress?: string): Promise<Constructed> {
  const cluster = config(pools, entrypointAddress);
  const registered = await recordRegistrations("probe");
  const gke = gkeCluster("cluster", { stack: "probe", cluster, protect: true });
  await valueOf(gke.kubeconfig);
  await pulumi.runtime.disconnect();
  return { registered: registered.filter(({ custom }) => custom), gke };
}

const inputsOf = (registered: readonly Registered[], wanted: string): Record<string, unknown> =>
  registered.find(({ name }) => name === wanted)?.inputs ?? {};

test("a cluster is a network with NAT, an account with four roles, two pools and an address", async () => {
  const { registered } = await constructed({ core: CORE, user: USER }, "entrypoint");
  expect(registered.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
    [
      "pulumi:providers:gcp cluster-google",
      "gcp:compute/network:Network cluster-network-vpc",
      "gcp:compute/subnetwork:Subnetwork cluster-network-subnetwork",
      "gcp:compute/router:Router cluster-network-router",
      "gcp:compute/routerNat:RouterNat cluster-network-nat",
      "gcp:compute/address:Address cluster-network-entrypoint",
      "gcp:serviceaccount/account:Account cluster-nodes",
      "gcp:projects/iAMMember:IAMMember cluster-nodes-logging-logWriter",
      "gcp:projects/iAMMember:IAMMember cluster-nodes-monitoring-metricWriter",
      "gcp:projects/iAMMember:IAMMember cluster-nodes-monitoring-viewer",
      "gcp:projects/iAMMember:IAMMember cluster-nodes-artifactregistry-reader",
      "gcp:container/cluster:Cluster cluster-cluster",
      "gcp:container/nodePool:NodePool cluster-core-nodes",
      "gcp:container/nodePool:NodePool cluster-user-nodes",
    ].sort(),
  );
});

test("the provider is explicit, with project and region", async () => {
  const { registered } = await constructed({ core: CORE });
  expect(inputsOf(registered, "cluster-google")).toEqual({ project: "p-1", region: "us-central1" });
});

test("the cluster has every argument that decides what it is", async () => {
  const { registered } = await constructed({ core: CORE, user: USER }, "entrypoint");
  expect(inputsOf(registered, "cluster-cluster")).toEqual({
    name: "probe",
    project: "p-1",
    location: "us-central1",
    network: "cluster-network-vpc-id",
    subnetwork: "cluster-network-subnetwork-id",
    networkingMode: "VPC_NATIVE",
    ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
    privateClusterConfig: { enablePrivateNodes: true, enablePrivateEndpoint: false },
    datapathProvider: "ADVANCED_DATAPATH",
    workloadIdentityConfig: { workloadPool: "p-1.svc.id.goog" },
    enableShieldedNodes: true,
    enableLegacyAbac: false,
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
    releaseChannel: { channel: "REGULAR" },
    maintenancePolicy: {
      recurringWindow: {
        startTime: "2026-01-03T22:00:00Z",
        endTime: "2026-01-04T12:00:00Z",
        recurrence: "FREQ=WEEKLY;BYDAY=SA",
      },
    },
    clusterAutoscaling: { enabled: false, autoscalingProfile: "OPTIMIZE_UTILIZATION" },
    loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] },
    monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: false } },
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    deletionProtection: true,
    resourceLabels: { "part-of": "mybinder", stack: "probe" },
  });
});

const NODE = {
  serviceAccount: "cluster-nodes@example.iam.gserviceaccount.com",
  imageType: "COS_CONTAINERD",
  oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
  metadata: { "disable-legacy-endpoints": "true" },
  workloadMetadataConfig: { mode: "GKE_METADATA" },
  shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
};
const POOL = {
  project: "p-1",
  location: "us-central1",
  cluster: "probe",
  maxPodsPerNode: 110,
  management: { autoRepair: true, autoUpgrade: true },
};

test("the core pool keeps its floor, is labelled, and is upgraded node by node", async () => {
  const { registered } = await constructed({ core: CORE, user: USER }, "entrypoint");
  expect(inputsOf(registered, "cluster-core-nodes")).toEqual({
    ...POOL,
    nodeLocations: ["us-central1-a"],
    initialNodeCount: 1,
    autoscaling: { totalMinNodeCount: 1, totalMaxNodeCount: 4, locationPolicy: "BALANCED" },
    upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
    nodeConfig: {
      ...NODE,
      machineType: "e2-highmem-2",
      diskSizeGb: 64,
      diskType: "pd-balanced",
      labels: { "mybinder.org/node-purpose": "core" },
      taints: [],
    },
  });
});

test("the user pool starts at nothing, is tainted, and keeps old nodes for as long as a session lasts", async () => {
  const { registered } = await constructed({ core: CORE, user: USER }, "entrypoint");
  expect(inputsOf(registered, "cluster-user-nodes")).toEqual({
    ...POOL,
    initialNodeCount: 0,
    autoscaling: { totalMinNodeCount: 0, totalMaxNodeCount: 10, locationPolicy: "ANY" },
    upgradeSettings: {
      strategy: "BLUE_GREEN",
      blueGreenSettings: {
        autoscaledRolloutPolicy: { waitForDrainDuration: "21600s" },
        nodePoolSoakDuration: "0s",
      },
    },
    nodeConfig: {
      ...NODE,
      machineType: "n4-highmem-16",
      diskSizeGb: 400,
      diskType: "hyperdisk-balanced",
      labels: { "mybinder.org/node-purpose": "user" },
      taints: [{ key: "hub.jupyter.org/dedicated", value: "user", effect: "NO_SCHEDULE" }],
    },
  });
});

test.each([true, false])(
  "with protect %s: what holds state is kept, a pool is replaced for another machine and never for its size",
  async (protect) => {
    await recordRegistrations("probe");
    const options = new Map<string, pulumi.CustomResourceOptions>();
    const record: pulumi.ResourceTransformation = ({ name, opts }) => {
      options.set(name, opts);
      return undefined;
    };
    const cluster = config({ core: CORE, user: USER }, "entrypoint");
    const provider = new Provider("google", { project: "p-1" });
    new Gke(
      "cluster",
      { stack: "probe", cluster, protect },
      { providers: { gcp: provider }, transformations: [record] },
    );
    await pulumi.runtime.disconnect();
    const isProtected = [...options].flatMap(([name, opts]) => (opts.protect ? [name] : []));
    const kept = protect ? ["cluster-network-vpc", "cluster-network-subnetwork", "cluster-cluster"] : [];
    expect(isProtected.sort()).toEqual([...kept, "cluster-network-entrypoint"].sort());
    expect(options.get("cluster-network-entrypoint")?.retainOnDelete).toBe(true);
    for (const pool of ["cluster-core-nodes", "cluster-user-nodes"]) {
      expect(options.get(pool)).toMatchObject({
        ignoreChanges: ["initialNodeCount"],
        replaceOnChanges: ["nodeConfig.machineType", "nodeConfig.diskType", "nodeConfig.diskSizeGb"],
      });
      expect(options.get(pool)?.deleteBeforeReplace).toBeUndefined();
    }
  },
);

test("a stack may have a single pool and no address", async () => {
  const names = (await constructed({ core: CORE })).registered.map(({ name }) => name);
  expect(names).not.toContain("cluster-user-nodes");
  expect(names).not.toContain("cluster-network-entrypoint");
});

test("the network is the cluster's own, and its nodes reach the world through NAT", async () => {
  const { registered } = await constructed({ core: CORE, user: USER }, "entrypoint");
  expect(inputsOf(registered, "cluster-network-vpc")).toEqual({
    project: "p-1",
    autoCreateSubnetworks: false,
    routingMode: "REGIONAL",
  });
  expect(inputsOf(registered, "cluster-network-subnetwork")).toEqual({
    project: "p-1",
    region: "us-central1",
    network: "cluster-network-vpc-id",
    ipCidrRange: "10.0.0.0/20",
    secondaryIpRanges: [
      { rangeName: "pods", ipCidrRange: "10.4.0.0/14" },
      { rangeName: "services", ipCidrRange: "10.8.0.0/20" },
    ],
    privateIpGoogleAccess: true,
  });
  expect(inputsOf(registered, "cluster-network-router")).toEqual({
    project: "p-1",
    region: "us-central1",
    network: "cluster-network-vpc-id",
  });
  expect(inputsOf(registered, "cluster-network-nat")).toMatchObject({
    router: "cluster-network-router",
    natIpAllocateOption: "AUTO_ONLY",
    sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    enableDynamicPortAllocation: true,
  });
  expect(inputsOf(registered, "cluster-network-entrypoint")).toEqual({
    project: "p-1",
    region: "us-central1",
    name: "entrypoint",
    addressType: "EXTERNAL",
    networkTier: "PREMIUM",
  });
});

test("the nodes' account may write logs and metrics and read images, and no key is made for it", async () => {
  const { registered } = await constructed({ core: CORE });
  expect(inputsOf(registered, "cluster-nodes")).toMatchObject({ project: "p-1", accountId: "nodes-probe" });
  const roles = registered.filter(({ type }) => type.endsWith(":IAMMember")).map(({ inputs }) => inputs);
  expect(roles).toEqual(
    ["logging.logWriter", "monitoring.metricWriter", "monitoring.viewer", "artifactregistry.reader"].map(
      (role) => ({
        project: "p-1",
        role: `roles/${role}`,
        member: "serviceAccount:cluster-nodes@example.iam.gserviceaccount.com",
      }),
    ),
  );
});

test("the kubeconfig is secret and holds no key: whoever uses it is logged in to Google", async () => {
  const { gke } = await constructed({ core: CORE });
  expect(await pulumi.isSecret(gke.kubeconfig)).toBe(true);
  expect(JSON.parse(await valueOf(gke.kubeconfig))).toEqual({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "probe", cluster: { server: "https://192.0.2.1", "certificate-authority-data": "Q0E=" } },
    ],
    users: [
      {
        name: "probe",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "gke-gcloud-auth-plugin",
            installHint: "gcloud components install gke-gcloud-auth-plugin",
            interactiveMode: "Never",
            provideClusterInfo: true,
          },
        },
      },
    ],
    contexts: [{ name: "probe", context: { cluster: "probe", user: "probe" } }],
    "current-context": "probe",
  });
});
