import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveName } from "../../charts/archive";
import { environment } from "../../environment";
import { type ControlPlane } from "../../tools/lab/controlPlane";
import { ensureToolchain, type Toolchain } from "../../tools/lab/kube/toolchain";
import { allPins } from "../../tools/ground/cluster/charts";
import { type KubeObject } from "../../tools/ground/cluster/kubectl";
import { run } from "../../tools/ground/terminal/run";
import { toStderr } from "../../tools/ground/terminal/report";
import { ROOT } from "../../tools/ground/root";
import { requireReal } from "../support/real";
import { type Ended, runCommand } from "../support/runTool";

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;

/* The main job, as a newcomer runs it, on a chart cache that is empty. `--rehearse`: test/live has the Pulumi engine. */

real("npm start and npm stop", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-start-"));
  const state = join(base, "state");
  // No repository is asked: MYBINDER_HELM is only for pulling, and this one always fails.
  const env = {
    MYBINDER_STATE: state,
    MYBINDER_CACHE: environment().cache,
    MYBINDER_CHART_CACHE: join(base, "charts"),
    HTTPS_PROXY: "http://127.0.0.1:9",
  };
  const mybinder = (...args: string[]): Promise<Ended> => runCommand(ROOT, args, env).ended;
  let toolchain: Toolchain;
  const kubectl = async (kubeconfig: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(toolchain.kubectl, ["--kubeconfig", kubeconfig, ...args]);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };

  beforeAll(async () => {
    toolchain = await ensureToolchain({ environment: environment(), report: toStderr });
  }, 900_000);
  afterAll(async () => {
    await mybinder("local", "down", "--all");
    rmSync(base, { recursive: true, force: true });
  }, 60_000);

  test("start deploys, core and user pods are on their own nodes, start again changes nothing, stop leaves nothing", async () => {
    const first = await mybinder("start", "--rehearse");
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain(
      "Deploying stack local as a rehearsal, not with Pulumi: you asked for a rehearsal",
    );
    expect(first.stdout).toContain("STAND-INS, not the published charts");
    const kubeconfig = /kubeconfig of its cluster is (\S+)/.exec(first.stdout)?.[1] ?? "";

    const pods = (
      JSON.parse(await kubectl(kubeconfig, "--namespace", "local", "get", "pods", "--output", "json")) as {
        items: (KubeObject & { spec: { nodeName: string } })[];
      }
    ).items;
    const waiting = pods.filter(
      ({ status = {} }) => !["Running", "Succeeded"].includes(String(status["phase"])),
    );
    expect(waiting).toEqual([]);
    const nodesOf = (name: RegExp): string[] => [
      ...new Set(
        pods
          .filter(({ metadata }) => name.test(metadata.name))
          .map(({ spec }) => spec.nodeName.replace(/-\d+$/, "")),
      ),
    ];
    expect(
      nodesOf(/^(binder|hub|proxy|federation-proxy|local-traefik|local-grafana|local-prometheus-server)-/),
    ).toEqual(["core"]);
    expect(nodesOf(/^local-dind-/)).toEqual(["user"]);

    const second = await mybinder("start");
    expect(second).toMatchObject({ code: 0 });
    expect(second.stderr).toContain("not with Pulumi: a rehearsal is already deployed here");
    expect(second.stdout).toMatch(/local: ok, \d+ objects, no change/);

    expect(await mybinder("stop")).toMatchObject({ code: 0 });
    expect(existsSync(state)).toBe(false);
    expect(readdirSync(join(ROOT, ".build")).filter((name) => name.startsWith("rehearsal-charts"))).toEqual(
      [],
    );
    expect((await mybinder("stop")).stderr).toContain("Nothing was running.");
  }, 300_000);

  test("a cluster of the newcomer's own is used only when it is named, and is left clean", async () => {
    const up = await mybinder("local", "up", "--name", "bids-ovh", "--json");
    const { kubeconfig } = JSON.parse(up.stdout) as ControlPlane;
    const named = ["--context", "mybinder-bids-ovh", "--kubeconfig", kubeconfig];
    expect((await mybinder("stop")).stderr).toBe(
      "Nothing was running.\nOther control planes stay: bids-ovh. To stop all: npx mybinder local down --all\n",
    );

    const started = await mybinder("start", "--rehearse", ...named);
    expect(started).toMatchObject({ code: 0 });
    expect(started.stdout).toContain("npm stop -- --context mybinder-bids-ovh");
    expect(await kubectl(kubeconfig, "get", "namespaces", "--output", "name")).toContain("namespace/local");

    expect(await mybinder("stop", ...named)).toMatchObject({ code: 0 });
    const left = (
      await kubectl(kubeconfig, "get", "namespaces,crds,priorityclasses,ingressclasses", "--output", "name")
    )
      .trim()
      .split("\n");
    expect(left.filter((name) => !/namespace\/(default|kube-)|priorityclass.*\/system-/.test(name))).toEqual(
      [],
    );
    await mybinder("local", "down", "--name", "bids-ovh");
  }, 300_000);

  test.each([
    [
      ["start", "--kubeconfig", "/tmp/x"],
      "--kubeconfig needs --context NAME: a cluster is used only when you name its context",
    ],
    [
      ["start", "--context", "nobody", "--kubeconfig", "/nonexistent/kubeconfig"],
      "context nobody of /nonexistent/kubeconfig does not answer",
    ],
  ])("%j is refused with one message", async (args, message) => {
    const { code, stderr } = await mybinder(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("a cached chart that is damaged is refused before anything is started", async () => {
    const [pin] = allPins(ROOT);
    const file = join(env.MYBINDER_CHART_CACHE, pin ? archiveName(pin) : "");
    mkdirSync(env.MYBINDER_CHART_CACHE, { recursive: true });
    writeFileSync(file, "half of a chart");
    const untouched = join(base, "untouched");
    const { code, stderr } = await runCommand(ROOT, ["start"], { ...env, MYBINDER_STATE: untouched }).ended;
    rmSync(file);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^the cached chart \S+ is damaged \(.*\)\. Remove it and run again: rm \S+\n$/);
    expect(existsSync(untouched)).toBe(false);
  });
});
