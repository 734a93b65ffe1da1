import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeDocker } from "../support/docker";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, type Container, FIXTURES, objectOf, type Rendered } from "../support/metaChart";
import { freePort } from "../../tools/lab/controlPlane/ports";

/*
 * What removes what builds leave behind: one pruner beside each Docker that builds, or BinderHub's cleaner. The program is
 * run as it is in the ConfigMap, with a Docker that is imitated on a real socket; not proved: the kubelet's mounts and users.
 */

let chart: AssembledChart;
beforeAll(async () => {
  chart = await AssembledChart.create();
}, HELM_BUILD_MS);
afterAll(() => {
  chart.remove();
});

interface Pod {
  readonly nodeSelector?: Record<string, string>;
  readonly tolerations: readonly Record<string, string>[];
  readonly containers: readonly (Container & { readonly command?: string[]; readonly args?: string[] })[];
  readonly volumes: readonly { readonly hostPath?: { readonly path: string } }[];
}
const podOf = (objects: readonly Rendered[], name: string): Pod =>
  objectOf(objects, "DaemonSet", name).spec?.template?.spec as unknown as Pod;
const daemonSets = (objects: readonly Rendered[]): string[] =>
  objects.filter(({ kind }) => kind === "DaemonSet").map(({ metadata }) => metadata.name);
const paths = ({ volumes }: Pod): string[] => volumes.flatMap(({ hostPath }) => hostPath?.path ?? []);

test.each(FIXTURES)(
  "with fixture %s, a Docker that builds has a pruner on the same nodes, and no cleaner",
  async (fixture) => {
    const objects = await chart.render(fixture);
    const names = daemonSets(objects);
    expect(names).not.toContain("example-image-cleaner");
    expect(names.includes("build-pruner")).toBe(names.includes("example-dind"));
    if (!names.includes("example-dind")) return;
    const [pruner, dind] = [podOf(objects, "build-pruner"), podOf(objects, "example-dind")];
    expect(pruner.nodeSelector ?? {}).toEqual(dind.nodeSelector ?? {});
    expect(pruner.tolerations).toEqual(dind.tolerations);
  },
);

test("the pruner and the Docker that builds mean the same socket", async () => {
  const objects = await chart.render("default-member", "binderhub.dind.hostSocketDir=/run/elsewhere");
  const [pruner, dind] = [podOf(objects, "build-pruner"), podOf(objects, "example-dind")];
  expect(paths(pruner)).toEqual(["/run/elsewhere"]);
  expect(paths(dind)).toContain("/run/elsewhere");
  expect(dind.containers[0]?.args).toContain("-H unix:///run/elsewhere/docker.sock");
  expect(pruner.containers[0]?.command?.at(-1)).toBe("/var/run/docker/docker.sock");
});

test("it may use the socket as a member of its group, and reach nobody", async () => {
  const objects = await chart.render("default-member");
  expect(podOf(objects, "build-pruner")).toMatchObject({
    securityContext: { runAsUser: 1000, runAsNonRoot: true, supplementalGroups: [2375] },
    priorityClassName: "binderhub-core",
  });
  expect(objectOf(objects, "NetworkPolicy", "build-pruner").spec).toMatchObject({
    podSelector: { matchLabels: { "app.kubernetes.io/name": "build-pruner" } },
    policyTypes: ["Ingress", "Egress"],
    egress: [],
  });
});

test.each([
  [
    "two that clean",
    "binderhub.imageCleaner.enabled=true",
    /imageCleaner\.enabled: true beside imageBuilderType dind/,
  ],
  [
    "nothing that cleans",
    "binderhub.imageBuilderType=host",
    /imageCleaner\.enabled: false, but nothing else removes/,
  ],
])("%s is refused by name", async (_, set, message) => {
  const { code, stderr } = await chart.template("default-member", set);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
});

test("where builds use the node's Docker, the cleaner is there and the pruner is not", async () => {
  const sets = ["binderhub.imageBuilderType=host", "binderhub.imageCleaner.enabled=true"];
  const names = daemonSets(await chart.render("default-member", ...sets));
  expect(names).toContain("example-image-cleaner");
  expect(names).not.toContain("build-pruner");
});

describe("the program of the ConfigMap", () => {
  let docker: FakeDocker;
  let folder: string;
  let child: ChildProcess;
  let url: string;
  beforeEach(async () => {
    docker = new FakeDocker();
    folder = mkdtempSync(join(tmpdir(), "mybinder-pruner-"));
    const objects = await chart.render(
      "default-member",
      "buildPruner.cacheGB=2",
      "buildPruner.periodSeconds=5",
    );
    for (const [name, text] of Object.entries(objectOf(objects, "ConfigMap", "build-pruner").data ?? {})) {
      writeFileSync(join(folder, name), text);
    }
    const address = `127.0.0.1:${String(await freePort())}`;
    url = `http://${address}`;
    const args = [join(folder, "pruner.js"), join(folder, "pruner.json"), docker.socket, address];
    child = spawn(process.execPath, args, { stdio: "inherit" });
  });
  afterEach(async () => {
    child.kill();
    await docker.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("waits for Docker, keeps the bound in bytes of its configuration, and tells what it did", async () => {
    await until(async () => (await status("/healthz")) === 200);
    expect(await status("/readyz")).toBe(503);
    docker.cache = [
      { id: "old", bytes: 1_500_000_000 },
      { id: "new", bytes: 1_500_000_000 },
    ];
    await docker.start();
    await until(async () => (await metrics()).includes('build_pruner_rounds_total{result="ok"} 1'));
    expect(await status("/readyz")).toBe(200);
    expect(docker.cache.map(({ id }) => id)).toEqual(["new"]);
    const text = await metrics();
    expect(text).toContain('build_pruner_freed_bytes_total{what="build_cache"} 1500000000\n');
    expect(text).toContain("build_pruner_cache_limit_bytes 2000000000\n");
    const success = Number(/^build_pruner_last_success_timestamp_seconds (\S+)$/m.exec(text)?.[1]);
    expect(Math.abs(Date.now() / 1000 - success)).toBeLessThan(60);
  }, 60_000);

  async function status(path: string): Promise<number> {
    return await fetch(url + path).then(
      (answer) => answer.status,
      () => 0,
    );
  }
  async function metrics(): Promise<string> {
    return await fetch(`${url}/metrics`).then(
      (answer) => answer.text(),
      () => "",
    );
  }
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 40_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error("it did not come to hold in 40 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
