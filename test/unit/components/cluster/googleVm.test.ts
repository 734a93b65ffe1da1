import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { stackCluster } from "../../../../components/cluster";
import { cloudInit } from "../../../../components/cluster/googleVm";
import { deriveStack } from "../../../../model/stack/config";
import { environment } from "../../../../environment";
import { type Registered, recordRegistrations, valueOf } from "../../../support/mocks";

/* Construction under mocks: which resources Google would be asked for, with which inputs; not what it makes of them. */

const HOST_KEY = "ecdsa-sha2-nistp256 AAAAE2VjZHNh";
const VM = {
  project: "p-1",
  zone: "us-central1-a",
  machineType: "n2-highmem-16",
  sshPublicKey: "ssh-ed25519 AAAAC3",
  sshFrom: ["192.0.2.0/24"],
};

const raw = (cluster: Record<string, unknown>): Record<string, unknown> => ({
  role: "member",
  domain: "probe.mybinder.org",
  cluster: { kind: "k3s", hostKey: HOST_KEY, ...cluster },
  binder: { buildCacheGB: 100 },
  registry: { kind: "none" },
});

async function constructed(): Promise<{
  registered: Registered[];
  kubeconfig: string;
  inputs: Map<string, Inputs>;
}> {
  const stack = deriveStack("probe", raw({ googleVm: VM }), () => undefined);
  const registered = await recordRegistrations("probe");
  const given = new Map(
    ["sshPrivateKey", "sshHostKey"].map((key) => [key, pulumi.secret(`the ${key}`)] as const),
  );
  const cluster = stackCluster(stack, { given }, environment());
  const kubeconfig = await valueOf(cluster.kubeconfig);
  await pulumi.runtime.disconnect();
  const custom = registered.filter(({ custom }) => custom);
  return {
    registered: custom,
    kubeconfig,
    inputs: new Map(custom.map(({ name, inputs }) => [name, inputs])),
  };
}

type Inputs = Record<string, unknown>;

test("a machine is an instance without an account in a network of its own, that only sshFrom may log in to", async () => {
  const { inputs, registered } = await constructed();
  const made = registered.flatMap(({ type, name }) => (type.startsWith("command:") ? [] : [name]));
  expect(made.sort()).toEqual(
    ["address", "attached", "data", "google", "instance", "network", "ssh", "subnetwork", "web"].map(
      (part) => `cluster-vm-${part}`,
    ),
  );
  expect(inputs.get("cluster-vm-instance")).toEqual({
    project: "p-1",
    zone: "us-central1-a",
    name: "probe",
    machineType: "n2-highmem-16",
    tags: ["probe"],
    labels: { "part-of": "mybinder", stack: "probe" },
    bootDisk: {
      autoDelete: true,
      initializeParams: {
        image: "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64",
        size: 200,
        type: "pd-balanced",
      },
    },
    networkInterfaces: [
      {
        subnetwork: "cluster-vm-subnetwork-id",
        accessConfigs: [{ natIp: "192.0.2.2", networkTier: "PREMIUM" }],
      },
    ],
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
    allowStoppingForUpdate: true,
    metadata: {
      "block-project-ssh-keys": "TRUE",
      "serial-port-enable": "FALSE",
      "user-data": expect.stringMatching(/^#cloud-config\n/) as string,
    },
  });
  const rule = {
    project: "p-1",
    network: "cluster-vm-network-id",
    direction: "INGRESS",
    targetTags: ["probe"],
  };
  expect(inputs.get("cluster-vm-ssh")).toEqual({
    ...rule,
    name: "probe-ssh",
    sourceRanges: ["192.0.2.0/24"],
    allows: [{ protocol: "tcp", ports: ["22"] }],
  });
  expect(inputs.get("cluster-vm-web")).toEqual({
    ...rule,
    name: "probe-web",
    sourceRanges: ["0.0.0.0/0"],
    allows: [{ protocol: "tcp", ports: ["80", "443", "6443"] }],
  });
  expect(inputs.get("cluster-vm-data")).toMatchObject({ name: "probe-data", size: 500, type: "pd-balanced" });
  expect(inputs.get("cluster-vm-attached")).toMatchObject({ deviceName: "mybinder-data" });
});

test("SSH and the kubeconfig go to its address; the certificate is the domain's, so no DNS is needed yet", async () => {
  const { inputs, kubeconfig } = await constructed();
  for (const step of ["time", "disk", "install"]) {
    expect(inputs.get(`cluster-${step}`)).toMatchObject({
      connection: { host: "192.0.2.2", hostKey: HOST_KEY },
    });
  }
  expect(parse(kubeconfig)).toMatchObject({
    clusters: [{ cluster: { server: "https://192.0.2.2:6443", "tls-server-name": "probe.mybinder.org" } }],
  });
  expect(String(inputs.get("cluster-disk")?.["stdin"])).toMatch(
    /^DATA_DISK=\/dev\/disk\/by-id\/google-mybinder-data\nDATA_DISK_BYTES=536870912000\n/,
  );
});

test("its host key is the pinned one before sshd first answers, and no other is made", () => {
  const text = cloudInit({
    sshPublicKey: "ssh-ed25519 A",
    hostKey: HOST_KEY,
    privateKey: "line 1\nline 2\n",
  });
  expect(text.startsWith("#cloud-config\n")).toBe(true);
  expect(parse(text)).toEqual({
    disable_root: false,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: [],
    ssh_keys: { ecdsa_private: "line 1\nline 2\n", ecdsa_public: HOST_KEY },
    users: [{ name: "root", ssh_authorized_keys: ["ssh-ed25519 A"] }],
    packages: ["xfsprogs", "fdisk"],
  });
});

test("its size follows from its type: sums and node are those of 16 CPUs and 128 GiB", () => {
  const { pools } = deriveStack("probe", raw({ googleVm: VM }), () => undefined);
  expect(pools).toMatchObject([{ cpus: 16, memoryBytes: 128 * 2 ** 30, maxPods: 240 }]);
});

const machine = { cpus: 8, memoryGiB: 64, diskGiB: 900 };

test.each([
  [
    {},
    /cluster\.machine: not set; allowed: the machine's size \(to create a machine at Google, set cluster\.googleVm/,
  ],
  [{ googleVm: VM, machine }, /cluster\.machine: found beside googleVm/],
  [{ googleVm: VM, host: "192.0.2.1" }, /cluster\.host: found beside googleVm/],
  [{ googleVm: VM, managed: false }, /cluster\.managed: found false beside googleVm/],
  [
    { googleVm: { ...VM, machineType: "x9-highmem-16" } },
    /found "x9-highmem-16", whose machine family the program does not know/,
  ],
  [{ googleVm: { ...VM, sshFrom: ["anywhere"] } }, /sshFrom\[0\]: found "anywhere".*a range of addresses/],
])("%j is refused", (cluster, message) => {
  expect(() => deriveStack("probe", raw(cluster), () => undefined)).toThrow(message);
});
