import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { K3sMachine } from "../../../../components/cluster/k3s";
import { remoteKubeconfig } from "../../../../model/cluster/k3s/kubeconfig";
import { RUN_STEP, stepInput } from "../../../../model/cluster/k3s/steps";
import { parseConfig } from "../../../../model/stack/config";
import type { K3sConfig } from "../../../../model/schema/stack";
import { snapshotConfig } from "../../../../model/cluster/snapshots";
import { type Registered, recordRegistrations, valueOf } from "../../../support/mocks";

/* Construction under mocks: which commands are registered, with which inputs. What they do, test/live/k3s shows. */

const HOST_KEY = "ecdsa-sha2-nistp256 AAAAE2VjZHNh";

function config(change: Record<string, unknown> = {}): K3sConfig {
  const { cluster } = parseConfig("probe", {
    role: "member",
    domain: "probe.mybinder.org",
    cluster: {
      kind: "k3s",
      hostKey: HOST_KEY,
      maxPods: 200,
      machine: { cpus: 24, memoryGiB: 92, diskGiB: 400, dataDisk: "/dev/sdb", dataDiskGiB: 500 },
      ...change,
    },
    registry: { kind: "none" },
  });
  if (cluster.kind !== "k3s") throw new Error("not K3s");
  return cluster;
}

async function commands(
  cluster: K3sConfig,
  secrets: Record<string, pulumi.Output<string>> = {},
  opts: pulumi.ComponentResourceOptions = {},
): Promise<{ registered: Registered[]; machine: K3sMachine }> {
  const registered = await recordRegistrations("probe");
  const machine = new K3sMachine(
    "cluster",
    {
      stack: "probe",
      cluster,
      host: "probe.mybinder.org",
      hostKey: HOST_KEY,
      privateKey: pulumi.secret("the-private-key"),
      address: undefined,
      after: [],
      secrets,
    },
    opts,
  );
  await valueOf(machine.kubeconfig);
  await pulumi.runtime.disconnect();
  return { registered: registered.filter(({ custom }) => custom), machine };
}

const triggersOf = async (cluster: K3sConfig): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    (await commands(cluster)).registered.map(({ name, inputs }) => [name, inputs["triggers"]]),
  );

const stdinOf = (registered: readonly Registered[], step: string): string => {
  const stdin = registered.find(({ name }) => name === `cluster-${step}`)?.inputs["stdin"];
  return String(stdin).split("\n\n")[0] ?? "";
};

test("a machine is nine steps, each a command of its own, in their order", async () => {
  const { registered } = await commands(config());
  expect(registered.map(({ type, name }) => `${type} ${name}`)).toEqual(
    ["time", "sysctl", "disk", "kubelet", "server", "secrets", "install", "labels", "kubeconfig"].map(
      (step) => `command:remote:Command cluster-${step}`,
    ),
  );
});

test("every command pins the host key, runs the same text, and has nothing to run when it is deleted", async () => {
  const { registered } = await commands(config({ sshPort: 2222 }));
  for (const { name, inputs } of registered) {
    const { stdin, triggers, ...rest } = inputs;
    expect(typeof stdin).toBe("string");
    expect(triggers).toHaveLength(name === "cluster-kubeconfig" ? 3 : 1);
    expect(rest).toEqual({
      connection: {
        host: "probe.mybinder.org",
        port: 2222,
        user: "root",
        privateKey: "the-private-key",
        hostKey: HOST_KEY,
        dialErrorLimit: 5,
        perDialTimeout: 15,
      },
      create: RUN_STEP,
      update: RUN_STEP,
      addPreviousOutputInEnv: false,
      logging: name === "cluster-kubeconfig" ? "stderr" : "stdoutAndStderr",
    });
    expect(stdin).not.toContain("the-private-key");
  }
});

test("what a step does follows from the machine's size", async () => {
  const { registered } = await commands(config());
  expect(stdinOf(registered, "sysctl")).toBe(
    "SYSCTL=fs.inotify.max_user_instances = 8192\n+fs.inotify.max_user_watches = 524288",
  );
  expect(stdinOf(registered, "disk")).toBe(
    "DATA_DISK=/dev/sdb\nDATA_DISK_BYTES=536870912000\nMOUNT_POINT=/mnt/disk\nWIPE_SERIAL=",
  );
  const written = (step: string): unknown =>
    parse(
      stdinOf(registered, step)
        .replace(/^[^\n]*\n\+/, "")
        .replace(/\n\+/g, "\n"),
    );
  expect(written("kubelet")).toEqual({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    maxPods: 200,
    imageGCHighThresholdPercent: 40,
    imageGCLowThresholdPercent: 20,
    kubeReserved: { memory: "7332Mi" },
    systemReserved: { memory: "1024Mi" },
    evictionHard: {
      "memory.available": "500Mi",
      "nodefs.available": "10%",
      "nodefs.inodesFree": "5%",
      "imagefs.available": "10%",
      "imagefs.inodesFree": "5%",
    },
    containerLogMaxSize: "20Mi",
    containerLogMaxFiles: 3,
  });
  expect(written("server")).toEqual({
    disable: ["traefik"],
    "kube-controller-manager-arg": ["terminated-pod-gc-threshold=50"],
    "tls-san": ["probe.mybinder.org"],
    "write-kubeconfig-mode": "0600",
    "cluster-init": true,
    "etcd-snapshot-schedule-cron": "23 */6 * * *",
    "etcd-snapshot-retention": 28,
  });
  expect(stdinOf(registered, "secrets")).toBe("KEYS=");
  expect(stdinOf(registered, "install")).toMatch(
    /^K3S_VERSION=v1\.34\.4\+k3s1\nK3S_SHA256=\nUPGRADES=now\nDRAIN_SECONDS=900\nUNIT=# /,
  );
  expect(stdinOf(registered, "labels")).toBe("LABEL=mybinder.org/node-purpose\nPURPOSE=core");
});

test("a machine without a second disk has no step for one", async () => {
  const { registered } = await commands(config({ machine: { cpus: 8, memoryGiB: 24, diskGiB: 200 } }));
  expect(registered.map(({ name }) => name)).not.toContain("cluster-disk");
});

test("a change of one step re-runs that step; a new K3s also reads the kubeconfig again", async () => {
  const before = await triggersOf(config());
  const changed = async (change: Record<string, unknown>): Promise<string[]> => {
    const after = await triggersOf(config(change));
    return Object.keys(before).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  };
  expect(await changed({ release: { version: "v1.34.5+k3s1" } })).toEqual([
    "cluster-install",
    "cluster-kubeconfig",
  ]);
  expect(
    await changed({
      machine: { cpus: 24, memoryGiB: 92, diskGiB: 400, dataDisk: "/dev/sdc", dataDiskGiB: 500 },
    }),
  ).toEqual(["cluster-disk"]);
});

const S3 = { bucket: "snapshots", endpoint: "https://s3.example.org" };
const SECRETS = { token: "t-0", "etcd-s3-access-key": "a-0", "etcd-s3-secret-key": "s-0" };
const secretSettings = (change: Partial<typeof SECRETS> = {}): Record<string, pulumi.Output<string>> =>
  Object.fromEntries(
    Object.entries({ ...SECRETS, ...change }).map(([key, value]) => [key, pulumi.secret(value)]),
  );

test.each([
  ["derived", {}, { "etcd-s3-region": "us-east-1", "etcd-s3-folder": "probe.mybinder.org" }],
  ["named", { region: "r-1", folder: "f/g" }, { "etcd-s3-region": "r-1", "etcd-s3-folder": "f/g" }],
  [
    "on plain HTTP",
    { endpoint: "http://minio:9000" },
    { "etcd-s3-endpoint": "minio:9000", "etcd-s3-insecure": true },
  ],
])(
  "snapshots go to a bucket that is %s, and no key of it is in the server's configuration",
  (_, change, wanted) => {
    const { snapshots } = config({ snapshots: { retention: 9, s3: { ...S3, ...change } } });
    expect(snapshotConfig({ snapshots } as K3sConfig, "probe.mybinder.org")).toEqual({
      "cluster-init": true,
      "etcd-snapshot-schedule-cron": "23 */6 * * *",
      "etcd-snapshot-retention": 9,
      "etcd-s3": true,
      "etcd-s3-bucket": "snapshots",
      "etcd-s3-endpoint": "s3.example.org",
      "etcd-s3-region": "us-east-1",
      "etcd-s3-folder": "probe.mybinder.org",
      "etcd-s3-retention": 9,
      ...wanted,
    });
  },
);

test("K3s' secret settings are the input of one step, which is secret, as is the trigger that follows from them", async () => {
  const cluster = config({ snapshots: { s3: S3 } });
  const inputs = new Map<string, Record<string, unknown>>();
  const record: pulumi.ResourceTransformation = ({ name, props }) => {
    inputs.set(name, props);
    return undefined;
  };
  const { registered } = await commands(cluster, secretSettings(), { transformations: [record] });
  const { stdin, triggers } = inputs.get("cluster-secrets") ?? {};
  expect(await pulumi.isSecret(stdin as pulumi.Output<string>)).toBe(true);
  expect(await pulumi.isSecret(pulumi.output((triggers as pulumi.Output<string>[])[1]))).toBe(true);
  expect(stdinOf(registered, "secrets")).toMatch(
    /^KEYS=etcd-s3-access-key etcd-s3-secret-key token\nSECRETS=# .*\n\+token: t-0\n\+etcd-s3-access-key: a-0\n\+etcd-s3-secret-key: s-0\nTOKEN=t-0$/,
  );
  for (const { name, inputs: of } of registered.filter(({ name }) => name !== "cluster-secrets")) {
    expect([name, /[tas]-0\b/.exec(JSON.stringify(of))]).toEqual([name, null]);
  }
});

test("another key of the bucket re-runs that one step", async () => {
  const cluster = config({ snapshots: { s3: S3 } });
  const triggers = async (secrets: Record<string, pulumi.Output<string>>): Promise<Map<string, unknown>> =>
    new Map(
      (await commands(cluster, secrets)).registered.map(({ name, inputs }) => [name, inputs["triggers"]]),
    );
  const before = await triggers(secretSettings());
  const after = await triggers(secretSettings({ "etcd-s3-access-key": "a-1" }));
  const changed = [...before].filter(([name, of]) => JSON.stringify(of) !== JSON.stringify(after.get(name)));
  expect(changed.map(([name]) => name)).toEqual(["cluster-secrets"]);
});

test("the kubeconfig is secret, names the stack and has the machine's name", async () => {
  const { machine } = await commands(config());
  expect(await pulumi.isSecret(machine.kubeconfig)).toBe(true);
  expect(parse(await valueOf(machine.kubeconfig))).toEqual({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "probe",
        cluster: { server: "https://probe.mybinder.org:6443", "certificate-authority-data": "Q0E=" },
      },
    ],
    users: [{ name: "probe", user: { "client-certificate-data": "Q0VSVA==", "client-key-data": "S0VZ" } }],
    contexts: [{ name: "probe", context: { cluster: "probe", user: "probe" } }],
    "current-context": "probe",
  });
});

test.each(["", "not: a kubeconfig", "{clusters: [], users: []}", "client-key-data: [S0VZ"])(
  "what is no kubeconfig (%j) is an error that shows nothing of it",
  (text) => {
    expect(() => remoteKubeconfig(text, "probe", "h.example.org")).toThrow(
      new Error(
        "stack probe: could not read the kubeconfig on h.example.org; see the output of the step before, or run there: systemctl status k3s",
      ),
    );
  },
);

test("a script ends with the line that calls it, so that a connection lost on the way runs nothing", () => {
  for (const name of [
    "time",
    "sysctl",
    "disk",
    "kubelet",
    "server",
    "secrets",
    "install",
    "labels",
    "kubeconfig",
  ]) {
    const input = stepInput({ name, parameters: {} });
    expect(input.endsWith('\nmain "$@"\n')).toBe(true);
    expect(input.match(/^main "\$@"$/gm)).toHaveLength(1);
  }
});
