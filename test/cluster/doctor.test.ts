// Proves: on a real API server with helm itself, `doctor` needs to read only, is quiet about a stack that is well, finds a
// release whose upgrade was killed, a Deployment and a volume that wait, cordoned nodes, and a certificate that is not
// Ready; and the rollback that it prints, run as printed, fixes the release.
// Does not prove: anything about containers, K3s' or Google's certificates, or logins of other clusters.
import { spawn } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { environment } from "../../environment";
import { clusterChecks } from "../../tools/operate/doctor/cluster/checks";
import { targetOf } from "../../tools/operate/doctor/cluster/target";
import { type Diagnosis, diagnose, type Finding } from "../../tools/operate/doctor/diagnosis";
import { ensureToolchain, type Toolchain } from "../../tools/lab/kube/toolchain";
import { allPins, packStandIn } from "../../tools/ground/cluster/charts";
import { toStderr } from "../../tools/ground/terminal/report";
import { ROOT } from "../../tools/ground/root";
import { run } from "../../tools/ground/terminal/run";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { projectCopy } from "../support/projectCopy";
import { pathWithout } from "../support/pathWithout";
import { requireReal } from "../support/real";
import { type Ended, runCommand } from "../support/runTool";

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;
const MINUTE = 60_000;

type Told = Diagnosis & { readonly code: number | null };

real("mybinder doctor", () => {
  const state = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-doctor-")));
  const kubeconfig = join(state, "control-planes", "local", "kubeconfig");
  const charts = join(state, "charts");
  const env = {
    MYBINDER_STATE: state,
    MYBINDER_CACHE: environment().cache,
    MYBINDER_CHART_CACHE: charts,
    // whether this machine's Pulumi is logged in is not what is tried here: test/live/stateLock.test.ts
    PATH: pathWithout("pulumi", join(state, "bin")),
  };
  const copy = projectCopy();
  let toolchain: Toolchain;

  /** What is said of Pulumi's state where there is no CLI. */
  const noState = ["state lock", "state's version"].map((check) => ({
    level: "warning",
    check,
    why: "pulumi is not on PATH",
    fix: "https://www.pulumi.com/docs/iac/download-install/",
  }));
  const command = (...args: string[]): Promise<Ended> => runCommand(copy.root, args, env).ended;
  const diagnosisOf = async (stack: string, file: string, more: typeof env): Promise<Told> => {
    const args = ["doctor", stack, "--kubeconfig", file, "--json"];
    const { code, stdout } = await runCommand(copy.root, args, more).ended;
    const { notChecked, ...rest } = JSON.parse(stdout) as Diagnosis;
    // a simulated node gives no logs
    return { ...rest, notChecked: notChecked.filter(({ check }) => check !== "clients' addresses"), code };
  };
  const doctor = (stack = "local", file = kubeconfig): Promise<Told> => diagnosisOf(stack, file, env);
  /** The same without charts, and so without a look at every live object, which takes most of its time. */
  const quick = (stack = "local"): Promise<Told> =>
    diagnosisOf(stack, kubeconfig, { ...env, MYBINDER_CHART_CACHE: `${charts}-none` });
  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await run(
      toolchain.kubectl,
      ["--kubeconfig", kubeconfig, ...args],
      input,
    );
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    return stdout.trim();
  };
  const apply = (...items: unknown[]): Promise<string> =>
    kubectl(["apply", "--filename", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  /** Runs a printed command, as an operator would paste it. */
  const paste = async ({ fix }: Finding): Promise<void> => {
    expect(await run("/bin/sh", ["-c", fix])).toMatchObject({ code: 0 });
  };
  const about = ({ findings }: Told, what: string): Finding[] =>
    findings.filter((one) => one.about.startsWith(what));
  const only = (told: Told, what: string): Finding => {
    const [first, ...more] = about(told, what);
    if (!first || more.length > 0) throw new Error(`not one about ${what}: ${JSON.stringify(told.findings)}`);
    return first;
  };
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    for (let left = 200; !(await isSo()); left--) {
      if (left === 0) throw new Error("waited in vain");
      await sleep(200);
    }
  };
  const status = (): Promise<string> =>
    kubectl([
      ...["get", "secrets", "--namespace", "local", "--selector", "owner=helm,name=local"],
      "--output=jsonpath={.items[*].metadata.labels.status}",
    ]);

  beforeAll(async () => {
    toolchain = await ensureToolchain({ environment: environment(), report: toStderr });
    const rehearsed = await command("rehearse", "local", "--keep", "--charts", "stand-ins");
    expect({ code: rehearsed.code, stderr: rehearsed.code === 0 ? "" : rehearsed.stderr }).toEqual({
      code: 0,
      stderr: "",
    });
  }, 15 * MINUTE);
  afterAll(async () => {
    await command("local", "down", "--all");
    copy.remove();
    rmSync(state, { recursive: true });
  }, MINUTE);

  test(
    "a stack that is well: nothing to do, by an account that may only read; without charts that is said",
    async () => {
      await apply(
        {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "ClusterRole",
          metadata: { name: "reader" },
          rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list"] }],
        },
        {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "ClusterRoleBinding",
          metadata: { name: "reader" },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "reader" },
          subjects: [{ kind: "ServiceAccount", name: "default", namespace: "default" }],
        },
      );
      const token = await kubectl(["create", "token", "default", "--namespace", "default"]);
      const readOnly = join(state, "reader");
      writeFileSync(readOnly, readFileSync(kubeconfig, "utf8").replace(/token: .*/, `token: ${token}`));

      const without = await doctor("local", readOnly);
      expect(without).toMatchObject({ code: 0, findings: [] });
      expect(without.notChecked).toEqual([
        ...["charts", "live objects"].map((check) => ({
          level: "warning",
          check,
          why: `not all charts are in ${charts}`,
          fix: "npx mybinder charts fetch",
        })),
        ...noState,
      ]);
      await run("mkdir", [charts]);
      for (const pin of allPins(ROOT)) packStandIn(pin, charts);
      const told = await doctor("local", readOnly);
      expect(told).toMatchObject({ code: 0, findings: [], notChecked: noState });
      expect(told.checked).toEqual(
        expect.arrayContaining(["access", "API server", "releases", "charts", "workloads, volumes", "nodes"]),
      );
      const text = await command("doctor", "local", "--kubeconfig", readOnly);
      expect(text.stdout).toMatch(
        /\nchecked: access, API server, .*, API server's clock, .*, live objects, /,
      );
    },
    10 * MINUTE,
  );

  test(
    "an upgrade that is killed: first it may be under way, then it is stuck, and the printed rollback fixes it",
    async () => {
      await killUpgrade();

      const early = await quick();
      expect(early.code).toBe(0);
      expect(only(early, "release local")).toMatchObject({
        level: "warning",
        fix: `helm rollback local 1 --namespace local --kubeconfig ${kubeconfig}   # only if no deploy is running`.replace(
          "helm",
          toolchain.helm,
        ),
      });
      expect(only(early, "Deployment local/federation-proxy")).toMatchObject({ level: "warning" });

      await startedEarlier(23 * MINUTE);
      const late = await quick();
      expect(late.code).toBe(1);
      const stuck = only(late, "release local");
      expect(stuck.level).toBe("problem");
      expect(stuck.found).toMatch(
        /^pending-upgrade for 23 min \(revision 2\) for longer than its timeout of 15 min/,
      );
      expect(late.findings[0]?.level).toBe("problem");
      expect(only(late, "Deployment local/federation-proxy").found).toMatch(
        /: pod federation-proxy-\S+: Unschedulable: 0\/\d nodes are available/,
      );

      await paste(stuck);
      await until(async () => (await quick()).findings.length === 0);
      expect(await doctor()).toMatchObject({ code: 0, findings: [], notChecked: noState });
    },
    10 * MINUTE,
  );

  test(
    "objects that were changed and deleted by hand: how many, which, and the command that shows more",
    async () => {
      const kept = await kubectl([
        ...["get", "configmap/federation-proxy", "networkpolicy/hub", "--namespace", "local"],
        ...["--output", "json"],
      ]);
      await kubectl(["delete", "networkpolicy/hub", "--namespace", "local"]);
      const patch = JSON.stringify({ data: { "haproxy.cfg": "edited" } });
      await kubectl(["patch", "configmap/federation-proxy", "--namespace", "local", "--patch", patch]);
      const drift = only(await doctor(), "live objects of local");
      expect(drift).toEqual({
        level: "warning",
        about: "live objects of local",
        found: expect.stringMatching(
          /^1 differ from the program, 1 are missing; allowed: none: (ConfigMap federation-proxy|NetworkPolicy hub), /,
        ) as string,
        fix: `npx mybinder diff local --live --kubeconfig ${kubeconfig}`,
      });
      await mybinder(drift.fix);
      const { items } = JSON.parse(kept) as { items: { metadata: Record<string, unknown> }[] };
      for (const { metadata } of items) {
        for (const key of ["resourceVersion", "uid"]) Reflect.deleteProperty(metadata, key);
      }
      await kubectl(
        ["apply", "--server-side", "--force-conflicts", "--filename", "-"],
        JSON.stringify({ apiVersion: "v1", kind: "List", items }),
      );
      expect(about(await doctor(), "live objects")).toEqual([]);
    },
    10 * MINUTE,
  );

  const upgrade = (...more: string[]): string[] => {
    const [chart = ""] = readdirSync(join(copy.root, ".build", "charts")).filter((name) =>
      name.startsWith("mybinder-"),
    );
    return [
      ...["upgrade", "local", join(copy.root, ".build", "charts", chart), "--kubeconfig", kubeconfig],
      ...["--namespace", "local", ...more],
    ];
  };

  /** What a deploy of the same chart says of itself. */
  const description = async (): Promise<string> => {
    const args = ["history", "local", "--namespace", "local", "--kubeconfig", kubeconfig, "--output", "json"];
    const [first] = JSON.parse((await run(toolchain.helm, args)).stdout) as { description: string }[];
    return first?.description ?? "";
  };

  /** Begins an upgrade that waits for a node that there is not, and kills helm. */
  async function killUpgrade(...changes: string[]): Promise<void> {
    const args = ["--reuse-values", "--set", "federationProxy.nodeSelector.disk=none", ...changes];
    const running = spawn(toolchain.helm, upgrade(...args, "--wait", "--timeout", "15m"), {
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => running.once("close", resolve));
    await until(async () => (await status()).endsWith("pending-upgrade"));
    await until(async () => (await quick()).findings.some((one) => one.found.includes("Unschedulable")));
    running.kill("SIGKILL");
    await ended;
    expect(await status()).toMatch(/deployed pending-upgrade$/);
  }

  test(
    "a killed upgrade that named a volume: its rollback would be refused, and what is printed fixes it",
    async () => {
      await killUpgrade("--set", "grafana.persistence.lookupVolumeName=true");
      const stuck = only(await quick(), "release local");
      const [forget = "", rollback = ""] = stuck.fix.replace(/ {3}#.*$/, "").split(" && ");
      const refused = await run("/bin/sh", ["-c", rollback]);
      expect(refused.stderr).toContain("spec is immutable after creation");
      await mybinder(forget);
      expect(await run("/bin/sh", ["-c", rollback])).toMatchObject({ code: 0 });
      await until(async () => (await quick()).findings.length === 0);
    },
    10 * MINUTE,
  );

  test(
    "a deployed revision that names a volume: the next deploy would be refused, and doctor says so before",
    async () => {
      const values = join(state, "values.json");
      const args = ["get", "values", "local", "--namespace", "local", "--kubeconfig", kubeconfig];
      writeFileSync(values, (await run(toolchain.helm, [...args, "--output", "json"])).stdout);
      const named = upgrade("--reuse-values", "--set", "grafana.persistence.lookupVolumeName=true");
      expect(await run(toolchain.helm, named)).toMatchObject({ code: 0 });
      const told = about(await quick(), "release local")[0];
      expect(told).toMatchObject({ level: "problem" });
      const again = upgrade("--values", values, "--description", await description());
      expect((await run(toolchain.helm, again)).stderr).toContain("spec is immutable after creation");
      await mybinder(told?.fix ?? "");
      expect(await run(toolchain.helm, again)).toMatchObject({ code: 0 });
      await until(async () => (await quick()).findings.length === 0);
    },
    10 * MINUTE,
  );

  /** Runs a printed command of ours with the copy's own program. */
  async function mybinder(printed: string): Promise<void> {
    expect(printed).toMatch(/^npx mybinder /);
    const ended = await command(...printed.replace("npx mybinder ", "").split(" "));
    expect(ended).toMatchObject({ code: 0 });
  }

  /** Moves the start of the last operation back, in the Secret that Helm keeps it in. */
  async function startedEarlier(ms: number): Promise<void> {
    const name = "sh.helm.release.v1.local.v2";
    const args = ["get", "secret", name, "--namespace", "local", "--output=jsonpath={.data.release}"];
    const packed = Buffer.from(Buffer.from(await kubectl(args), "base64").toString(), "base64");
    const release = JSON.parse(gunzipSync(packed).toString()) as { info: Record<string, unknown> };
    release.info["last_deployed"] = new Date(Date.now() - ms).toISOString();
    const again = gzipSync(JSON.stringify(release)).toString("base64");
    const patch = join(state, "patch.json");
    writeFileSync(patch, JSON.stringify({ data: { release: Buffer.from(again).toString("base64") } }));
    const change = ["patch", "secret", name, "--namespace", "local", "--type=merge", `--patch-file=${patch}`];
    await kubectl(change);
  }

  test(
    "cordoned nodes: one is somebody's work, all of a pool are a problem, and the printed commands undo it",
    async () => {
      await kubectl(["cordon", "core-1"]);
      const one = await quick();
      expect(one).toMatchObject({ code: 0, findings: [{ level: "warning", about: "node core-1" }] });
      expect(one.findings[0]?.found).toMatch(/^cordoned for \d+ s$/);
      await kubectl(["cordon", "core-2"]);
      const all = await quick();
      expect(all.code).toBe(1);
      expect(about(all, "node core-")).toMatchObject([{ level: "problem" }, { level: "problem" }]);
      for (const finding of about(all, "node core-")) await paste(finding);
      expect(await doctor()).toMatchObject({ code: 0, findings: [] });
    },
    10 * MINUTE,
  );

  test(
    "a workload and a volume that wait, another chart here than there, and what a volume's command shows",
    async () => {
      const metadata = { name: "waits", namespace: "local" };
      const containers = [{ name: "n", image: "x.example/n:1" }];
      await apply(
        {
          apiVersion: "apps/v1",
          kind: "StatefulSet",
          metadata,
          spec: {
            selector: { matchLabels: { app: "waits" } },
            serviceName: "waits",
            template: {
              metadata: { labels: { app: "waits" } },
              spec: { nodeSelector: { disk: "none" }, containers },
            },
          },
        },
        {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          metadata,
          spec: {
            storageClassName: "no-such-class",
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "1Gi" } },
          },
        },
      );
      appendFileSync(join(copy.root, "charts", "mybinder", "values.yaml"), "# edited\n");
      await until(async () => JSON.stringify(await quick()).includes("no-such-class"));
      const told = await doctor();
      expect(only(told, "StatefulSet local/waits").found).toMatch(
        /^0 of 1 replicas ready: pod waits-0: Unschedulable/,
      );
      const volume = only(told, "PersistentVolumeClaim local/waits");
      expect(volume).toMatchObject({ level: "problem" });
      expect(volume.found).toMatch(
        /^phase Pending: event on PersistentVolumeClaim waits: ProvisioningFailed/,
      );
      await paste(volume);
      expect(only(told, "release local")).toMatchObject({
        level: "warning",
        fix: "pulumi preview --diff --stack local",
      });
      await kubectl(["delete", "--namespace", "local", "statefulset/waits", "pvc/waits"]);
    },
    10 * MINUTE,
  );

  test(
    "certificates: cert-manager's word is told, and where it cannot be asked that is said",
    async () => {
      const tls = { certificates: { issuer: "letsencrypt-staging", tls: true } };
      const target = targetOf(loadStackFile("local", tls).stack, { ...toolchain, kubeconfig });
      const live = {
        diff: () => Promise.resolve({ stack: "local", objects: [], restarts: [] }),
        command: "",
      };
      const certificates = (): Promise<Diagnosis> =>
        diagnose(
          clusterChecks(target, { ...environment(), chartCache: charts }, new Date(), live).filter(
            ({ name }) => name === "certificates",
          ),
        );
      expect(await certificates()).toEqual({ checked: ["certificates"], findings: [], notChecked: [] });
      const ready = { type: "Ready", status: "False", reason: "Failed", message: "the order is invalid" };
      await apply({
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: "hub", namespace: "local" },
        spec: { secretName: "hub", issuerRef: { name: "i" } },
        status: { conditions: [ready] },
      });
      const hour = new Date(Date.now() + 60 * MINUTE);
      const later = await diagnose(
        clusterChecks(target, { ...environment(), chartCache: charts }, hour, live).filter(
          ({ name }) => name === "certificates",
        ),
      );
      expect(later.findings).toMatchObject([{ level: "problem", about: "certificate local/hub" }]);
      await kubectl(["delete", "crd", "certificates.cert-manager.io"]);
      expect((await certificates()).notChecked).toMatchObject([
        { level: "problem", check: "certificates", why: expect.stringContaining("certificates") as string },
      ]);
    },
    10 * MINUTE,
  );

  test(
    "another stack's cluster is said to be that, and one that does not answer leaves nothing checked",
    async () => {
      const other = await quick("staging");
      expect(other.code).toBe(1);
      expect(only(other, "cluster of").found).toBe("it is the cluster of local, not of staging");
      expect(other.notChecked.map(({ check }) => check)).toEqual(
        expect.arrayContaining(["releases", "workloads, volumes", "nodes"]),
      );
      const kept = join(state, "kept");
      writeFileSync(kept, readFileSync(kubeconfig));
      await command("local", "down", "--all");
      const gone = await command("doctor", "local", "--kubeconfig", kept);
      expect(gone.code).toBe(1);
      expect(gone.stdout).toMatch(/^problem {6}API server of \S+\/kept: /);
      expect(gone.stdout).toMatch(
        /\nnot checked {2}API server's certificate, API server's clock, releases, .*: the API server does not answer\n/,
      );
    },
    10 * MINUTE,
  );
});
