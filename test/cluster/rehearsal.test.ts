import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import { stackNames } from "../../model/stack/stackFiles";
import type { KubeObject } from "../../tools/lab/controlPlane/client";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import type { StackResult } from "../../tools/lab/rehearse/rehearse";
import { toStderr } from "../../tools/ground/terminal/report";
import { run } from "../../tools/ground/terminal/run";
import { ROOT } from "../../tools/ground/root";
import { projectCopy } from "../support/projectCopy";
import { requireReal } from "../support/real";
import { type Ended, runCommand, type Running } from "../support/runTool";

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;
const testWithHaproxy = requireReal("haproxy", "haproxy") ? test : test.skip;
const STACKS = stackNames(ROOT);

type Result = StackResult & { readonly changes: number };

/** A member so small that it rolls out in a moment; `values` break it, with more of the override that has them. */
function brokenStack(name: string, values: string, more = ""): string {
  return [
    "config:",
    "  pulumi:disable-default-providers: [kubernetes, gcp]",
    "  mybinder:role: member",
    `  mybinder:domain: ${name}.mybinder.org`,
    "  mybinder:cluster: {kind: k3s, managed: false, machine: {cpus: 8, memoryGiB: 64, diskGiB: 900}}",
    "  mybinder:registry: {kind: none}",
    `  mybinder:overrides: [{reason: broken on purpose, values: ${values}${more}}]`,
    "",
  ].join("\n");
}

/** A proxy that an override gives a second member at the host of the first. */
const SAME_HOST_STACK = [
  "config:",
  "  pulumi:disable-default-providers: [kubernetes, gcp]",
  "  mybinder:role: proxy",
  "  mybinder:domain: example.org",
  "  mybinder:cluster:",
  "    kind: existing",
  "    pools: {core: {purpose: core, count: 2, cpus: 8, memoryGiB: 16, diskGiB: 100}}",
  "  mybinder:federation: {members: [{name: hetzner-2i2c, weight: 50}]}",
  "  mybinder:overrides:",
  "    - reason: two members of one host",
  "      values:",
  "        federationProxy:",
  "          federation:",
  "            order: [hetzner-2i2c, twin]",
  "            members: {twin: {url: https://2i2c.mybinder.org, weight: 50}}",
  "",
].join("\n");

/** A member whose user nodes are added and removed. */
const GROWING_STACK = [
  "config:",
  "  pulumi:disable-default-providers: [kubernetes, gcp]",
  "  mybinder:role: member",
  "  mybinder:domain: growing.mybinder.org",
  "  mybinder:cluster:",
  "    kind: existing",
  "    pools:",
  "      core: {purpose: core, count: 2, cpus: 8, memoryGiB: 32, diskGiB: 100}",
  "      user: {purpose: user, count: 3, cpus: 8, memoryGiB: 32, diskGiB: 100}",
  "  mybinder:registry: {kind: none}",
  "  mybinder:overrides: [{reason: nodes are added by it, values: {cluster-autoscaler: {enabled: true}}}]",
  "",
].join("\n");

real("mybinder rehearse", () => {
  const state = mkdtempSync(join(tmpdir(), "mybinder-rehearsal-"));
  const copy = projectCopy({
    "Pulumi.refused.yaml": brokenStack("refused", "{federationProxy: {nodeSelector: {disk: 'no label!'}}}"),
    "Pulumi.pending.yaml": brokenStack("pending", "{federationProxy: {nodeSelector: {disk: none}}}"),
    "Pulumi.growing.yaml": GROWING_STACK,
    "Pulumi.managed-k3s.yaml": [
      "config:",
      "  pulumi:disable-default-providers: [kubernetes, gcp]",
      "  mybinder:role: member",
      "  mybinder:domain: k3s.mybinder.org",
      "  mybinder:cluster:",
      "    kind: k3s",
      "    hostKey: ecdsa-sha2-nistp256 AAAA",
      "    googleVm:",
      "      {project: p-1, zone: us-central1-a, machineType: n2-highmem-16, sshPublicKey: ssh-ed25519 AAAA,",
      "      sshFrom: [192.0.2.0/24]}",
      "    snapshots: {s3: {bucket: b, endpoint: 'https://s3.example.org'}}",
      "    release: {window: {days: [sunday], start: '00:00', end: '02:00'}}",
      "  mybinder:registry: {kind: none}",
      "",
    ].join("\n"),
    "Pulumi.managed-gke.yaml": [
      "config:",
      "  pulumi:disable-default-providers: [kubernetes, gcp]",
      "  mybinder:role: proxy",
      "  mybinder:domain: gke.mybinder.org",
      "  mybinder:cluster:",
      "    kind: gke",
      "    project: p-1",
      "    location: us-central1",
      "    entrypointAddress: entrypoint",
      "    pools: {core: {machineType: e2-highmem-2, min: 1, max: 4, diskGiB: 64}}",
      "  mybinder:federation: {members: [{name: managed-k3s, weight: 1}]}",
      "  mybinder:google: {project: p-1, prefix: binder}",
      "",
    ].join("\n"),
    "Pulumi.dangling.yaml": brokenStack(
      "dangling",
      "{k8s-log-alerter-zulip: {volumes: [{name: credentials, secret: {secretName: nowhere}}]}}",
    ),
    "Pulumi.same-host.yaml": SAME_HOST_STACK,
    "Pulumi.badkey.yaml": `${brokenStack("badkey", "{}")}  mybinder:qouta: 7\n`,
    "Pulumi.badvalue.yaml": brokenStack(
      "badvalue",
      "{federationProxy: {replicas: many}}",
      ", until: '2026-01-31'",
    ),
  });
  const env = { MYBINDER_STATE: state, MYBINDER_CACHE: environment().cache };
  const start = (...args: string[]): Running =>
    runCommand(copy.root, ["rehearse", "--charts", "stand-ins", ...args], env);
  const rehearse = (...args: string[]): Promise<Ended> => start(...args).ended;
  const results = ({ stdout }: Ended): Result[] => JSON.parse(stdout) as Result[];
  const planes = (): string[] =>
    existsSync(join(state, "control-planes"))
      ? readdirSync(join(state, "control-planes")).filter((name) => !name.includes("."))
      : [];

  beforeAll(async () => {
    await ensureToolchain({ environment: environment(), report: toStderr });
  }, 900_000);
  test("a second rehearsal of a stack at the same time is refused and leaves the first alone", async () => {
    const first = start("growing", "--json");
    await first.says("[growing] created");
    const second = await rehearse("growing", "--json");
    expect(second.code).toBe(1);
    expect(results(second)[0]?.problems.join()).toMatch(
      new RegExp(
        `^stack growing is being rehearsed by process ${String(first.child.pid)}, for \\d+ s\\. Wait for it`,
      ),
    );
    const ended = await first.ended;
    expect({ code: ended.code, ok: results(ended)[0]?.ok }).toEqual({ code: 0, ok: true });
    expect(planes()).toEqual([]);
  }, 240_000);

  test("a managed K3s machine and a managed GKE cluster: all that is elsewhere is recorded, the rest is deployed", async () => {
    const ended = await rehearse("managed-k3s", "managed-gke", "--json");
    expect({ code: ended.code, stderr: ended.code === 0 ? "" : ended.stderr }).toEqual({
      code: 0,
      stderr: "",
    });
    const [k3s, gke] = results(ended);
    const actions = (result: Result | undefined): Record<string, string> =>
      Object.fromEntries((result?.registrations ?? []).map(({ name, action }) => [name, action]));
    expect(actions(k3s)).toMatchObject({
      "cluster-vm-instance": "recorded",
      "cluster-secrets": "recorded",
      "cluster-kubeconfig": "recorded",
      "upgrades-definition": "created",
      "upgrades-controller": "created",
      "upgrades-plan": "created",
    });
    expect(actions(gke)).toMatchObject({
      "cluster-cluster": "recorded",
      "cluster-core-nodes": "recorded",
      "events-sink-writer": "recorded",
      "events-managed-k3s-archiver": "recorded",
    });
  }, 240_000);

  afterAll(async () => {
    await runCommand(copy.root, ["local", "down", "--all"], env).ended;
    copy.remove();
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  test("every stack is deployed and rolled out, each on a control plane of its own; a second rehearsal changes nothing", async () => {
    const first = await rehearse(...STACKS, "--keep", "--json");
    expect({ code: first.code, stderr: first.code === 0 ? "" : first.stderr }).toEqual({
      code: 0,
      stderr: "",
    });
    expect(results(first).map(({ stack, ok }) => [stack, ok])).toEqual(STACKS.map((stack) => [stack, true]));
    for (const { charts, registrations, changes, notices } of results(first)) {
      if (environment().requireReal) expect(notices).toEqual([]);
      expect(new Set(charts.map(({ from }) => from))).toEqual(new Set(["stand-in"]));
      expect(changes).toBeGreaterThanOrEqual(6);
      const release = registrations.find(({ name }) => name === "mybinder");
      expect(release).toMatchObject({
        action: "created",
        component: "mybinder",
        objects: { PriorityClass: 2 },
      });
    }
    expect(planes().sort()).toEqual([...STACKS].sort());

    const second = await rehearse(...STACKS, "--keep", "--json");
    expect(results(second).map(({ stack, ok, changes }) => [stack, ok, changes])).toEqual(
      STACKS.map((stack) => [stack, true, 0]),
    );
    await runCommand(copy.root, ["local", "down", "--all"], env).ended;
  }, 600_000);

  test("user pods and placeholders are packed onto user nodes alone, by the user scheduler's rules", async () => {
    expect(await rehearse("growing", "--keep")).toMatchObject({ code: 0 });
    const { kubectl } = await ensureToolchain({ environment: environment(), report: toStderr });
    const access = [
      "--kubeconfig",
      join(state, "control-planes", "growing", "kubeconfig"),
      "--namespace",
      "growing",
    ];
    const get = async (...args: string[]): Promise<{ items: KubeObject[] }> =>
      JSON.parse((await run(kubectl, [...access, "get", ...args, "--output=json"])).stdout) as {
        items: KubeObject[];
      };
    const [user] = (await get("podtemplates", "--field-selector=metadata.name=user")).items;
    const template = user?.["template"] as { metadata: object; spec: object };
    const pods = Array.from({ length: 5 }, (_, index) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...template.metadata, name: `jupyter-${String(index)}` },
      spec: template.spec,
    }));
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: pods });
    expect(await run(kubectl, [...access, "apply", "--filename=-"], list)).toMatchObject({ code: 0 });
    const selector = "component=singleuser-server";
    const ready = ["wait", "pods", `--selector=${selector}`, "--for=condition=Ready", "--timeout=60s"];
    expect(await run(kubectl, [...access, ...ready])).toMatchObject({ code: 0 });

    const placed = (await get("pods", `--selector=component in (singleuser-server, user-placeholder)`)).items;
    const nodesOf = (objects: readonly KubeObject[]): Set<string | undefined> =>
      new Set(objects.map(({ spec }) => (spec as { nodeName?: string }).nodeName));
    expect(placed.length).toBeGreaterThan(5 + 3);
    expect([...nodesOf(placed)]).toEqual(Array(nodesOf(placed).size).fill(expect.stringMatching(/^user-/)));
    // placeholders may come before the DaemonSets' pods, which decide where most is allocated; sessions came after
    expect(nodesOf((await get("pods", `--selector=${selector}`)).items).size).toBe(1);
    const others = (
      await get("pods", "--selector=component notin (singleuser-server, user-placeholder)")
    ).items
      .filter(({ spec }) => (spec as { nodeName?: string }).nodeName?.startsWith("user-"))
      .map(({ metadata }) => metadata.name.replace(/-[^-]+$/, ""));
    // DaemonSets, and nothing else
    expect([...new Set(others)].sort()).toEqual([
      "build-pruner",
      "growing-cryptnono",
      "growing-dind",
      "growing-prometheus-node-exporter",
      "process-scanner",
    ]);
    await runCommand(copy.root, ["local", "down", "--all"], env).ended;
  }, 300_000);

  test("killed in the middle of an install, the next one cleans up after it, says so and ends well", async () => {
    const killed = start("local", "--keep");
    await killed.says("[local] created mybinder-namespace");
    await new Promise((resolve) => setTimeout(resolve, 400));
    killed.child.kill("SIGKILL");
    await killed.ended;
    const again = await rehearse("local", "--keep");
    expect(again).toMatchObject({ code: 0 });
    expect(readdirSync(join(copy.root, ".build")).filter((name) => name.startsWith("rehearsal-"))).toEqual(
      [],
    );
    expect(again.stdout).toContain("local: ok");
    await runCommand(copy.root, ["local", "down", "--all"], env).ended;
  }, 300_000);

  test("Ctrl-C ends it with 130 and leaves no control plane and no process", async () => {
    const stopped = start("staging");
    await stopped.says("[staging] created certificates-namespace");
    stopped.child.kill("SIGINT");
    expect((await stopped.ended).code).toBe(130);
    expect(planes()).toEqual([]);
    expect(readdirSync(join(copy.root, ".build")).filter((name) => name.startsWith("rehearsal-"))).toEqual(
      [],
    );
  }, 300_000);

  test("an object that the API server refuses is printed with the reason, and the exit code is 1", async () => {
    const { code, stdout } = await rehearse("refused");
    expect(code).toBe(1);
    expect(stdout).toContain('Deployment.apps "federation-proxy" is invalid');
    expect(stdout).toContain('Invalid value: "no label!"');
    expect(stdout).toContain('"kind": "Deployment"');
    expect(planes()).toEqual([]);
  }, 300_000);

  test("a rollout that does not finish says why", async () => {
    const { code, stdout } = await rehearse("pending", "--timeout", "5");
    expect(code).toBe(1);
    expect(stdout).toContain("Deployment federation-proxy: 0 of 2 replicas available");
    expect(stdout).toMatch(
      /pod federation-proxy-\S+: Unschedulable: 0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector/,
    );
  }, 300_000);

  test("a name that leads nowhere fails a stack that rolled out, with both names", async () => {
    const { code, stdout } = await rehearse("dangling");
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /problem: Deployment dangling-k8s-log-alerter-zulip in namespace dangling names Secret nowhere \(volume credentials\), which no release/,
    );
  }, 300_000);

  testWithHaproxy(
    "a configuration that HAProxy refuses fails it, with HAProxy's reason",
    async () => {
      const { code, stdout } = await rehearse("same-host");
      expect(code).toBe(1);
      expect(stdout).toContain("problem: HAProxy rejects its configuration in ConfigMap federation-proxy:");
      expect(stdout).toContain("another server named '2i2c.mybinder.org' was already defined");
    },
    300_000,
  );

  test("without HAProxy on the machine it passes, and says that and why it did not look", async () => {
    const path = mkdtempSync(join(state, "path-"));
    for (const tool of ["node", "sh", "go"]) {
      symlinkSync((await run("sh", ["-c", `command -v ${tool}`])).stdout.trim(), join(path, tool));
    }
    const { code, stdout } = await runCommand(copy.root, ["rehearse", "--charts", "stand-ins", "prod"], {
      ...env,
      PATH: path,
    }).ended;
    expect(code).toBe(0);
    expect(stdout).toContain(
      "notice: HAProxy did not check its configuration: haproxy is not on PATH (Debian package haproxy)",
    );
  }, 300_000);

  test.each([
    [
      "badkey",
      2,
      /^stack badkey: 1 problem in its configuration \(Pulumi\.badkey\.yaml\)\n {2}mybinder:qouta: unknown key; allowed here: role, /,
    ],
    ["nowhere", 2, /^there is no stack nowhere \(no Pulumi\.nowhere\.yaml\); stacks: /],
  ])("stack %s is refused before anything is started", async (stack, code, message) => {
    const ended = await rehearse(stack);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(message);
    expect(ended.stdout).toBe("");
  });

  test("a value that the meta chart's schema refuses names the key; what the program warns of is said before", async () => {
    const { code, stdout, stderr } = await rehearse("badvalue");
    expect(stderr).toMatch(
      /\[badvalue\] warning: Pulumi\.badvalue\.yaml, mybinder:overrides\[0\] \("broken on purpose"\): expired on 2026-01-31/,
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/federationProxy\/replicas.*got string, want integer/);
  }, 300_000);

  test("no secret is in the output: every drawn value is only in the cluster", async () => {
    const { stdout, stderr } = await rehearse("local", "--keep", "--json");
    const seed = readFileSync(join(state, "control-planes", "local", "rehearsal.seed"), "utf8");
    expect(seed).toMatch(/^[0-9a-f]{64}$/);
    expect(`${stdout}${stderr}`).not.toContain(seed);
    expect(`${stdout}${stderr}`).not.toMatch(/(cookieSecret|apiToken|adminPassword)\W+\w{16}/);
    await runCommand(copy.root, ["local", "down", "--all"], env).ended;
  }, 300_000);
});
