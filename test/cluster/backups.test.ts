// Proves: Kubernetes' own scheduler keeps the pod of a restore waiting as long as the program that has the volume runs anywhere,
// starts it once that is scaled to 0, and starts a backup beside the program; `backups list` leaves nothing in a cluster. Does not prove: that a kubelet mounts the volumes.
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../../environment";
import { down, up } from "../../tools/lab/controlPlane";
import { ensureToolchain, type Toolchain } from "../../tools/lab/kube/toolchain";
import { listSnapshots } from "../../tools/operate/backups/list";
import { run } from "../../tools/ground/terminal/run";
import { toStderr } from "../../tools/ground/terminal/report";
import { AssembledChart, objectOf, type Rendered } from "../support/metaChart";
import { POOLS } from "../support/pools";
import { requireReal } from "../support/real";

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;
const MINUTE = 60_000;
const NAMESPACE = "example-ns";
const VOLUMES = [
  { volume: "hub", kind: "Deployment", program: "hub", claim: "hub-db-dir" },
  { volume: "grafana", kind: "Deployment", program: "example-grafana", claim: "example-grafana" },
] as const;

interface Placed {
  readonly name: string;
  readonly phase: string;
  readonly node?: string;
  readonly why?: string;
}

real("the pods of backups and restores", () => {
  const state = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-backups-")));
  const here = { ...environment(), state };
  let toolchain: Toolchain;
  let objects: Rendered[];
  beforeAll(async () => {
    toolchain = await ensureToolchain({ environment: environment(), report: toStderr });
    const chart = await AssembledChart.create();
    objects = await chart.render("backup");
    chart.remove();
  }, 15 * MINUTE);
  afterAll(() => {
    rmSync(state, { recursive: true });
  });

  test.each(["k3s", "gke"] as const)(
    "on a cluster of kind %s with two nodes for them, a restore waits and a backup does not",
    async (kind) => {
      const plane = await up({
        name: kind,
        kind,
        pools: POOLS,
        environment: here,
        toolchain,
        report: toStderr,
      });
      const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
        const all = ["--kubeconfig", plane.kubeconfig, "--namespace", NAMESPACE, ...args];
        const { code, stdout, stderr } = await run(toolchain.kubectl, all, input);
        expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
        return stdout.trim();
      };
      /** The pods that a selector finds. */
      const podsOf = async (selector: string): Promise<Placed[]> => {
        const { items } = JSON.parse(
          await kubectl(["get", "pods", `--selector=${selector}`, "--output=json"]),
        ) as {
          items: {
            metadata: { name: string };
            spec: { nodeName?: string };
            status: { phase: string; conditions?: { type: string; message?: string }[] };
          }[];
        };
        return items.map(({ metadata: { name }, spec, status }) => ({
          name,
          phase: status.phase,
          ...(spec.nodeName !== undefined && { node: spec.nodeName }),
          why: status.conditions?.find(({ type }) => type === "PodScheduled")?.message ?? "",
        }));
      };
      const until = async (selector: string, holds: (pods: Placed[]) => boolean): Promise<Placed[]> => {
        for (let left = 300; ; left--) {
          const pods = await podsOf(selector);
          if (holds(pods)) return pods;
          if (left === 0) throw new Error(`${selector}: waited in vain; ${JSON.stringify(pods)}`);
          await sleep(100);
        }
      };
      const onOneNode = (pods: Placed[]): boolean => pods.length === 1 && pods[0]?.node !== undefined;
      try {
        await kubectl(["create", "namespace", NAMESPACE]);
        const claims = VOLUMES.map(({ claim: name }) => ({
          ...{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name } },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        }));
        const items = [
          ...claims,
          ...["binderhub-core", "binderhub-restore"].map((name) => objectOf(objects, "PriorityClass", name)),
          ...VOLUMES.map(({ kind: of, program, claim }) =>
            runningWith(objectOf(objects, of, program), claim),
          ),
          ...objects.filter(
            ({ kind: one, metadata }) => one === "CronJob" && /^(backup|restore)-/.test(metadata.name),
          ),
        ].map((object) => ({ ...object, own: undefined }));
        await kubectl(["create", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
        for (const { volume, program } of VOLUMES) {
          const app = `run=${program}`;
          const [running] = await until(app, onOneNode);
          const job = async (name: string): Promise<string> => {
            await kubectl(["create", "job", `${name}-${volume}-now`, `--from=cronjob/${name}-${volume}`]);
            return `batch.kubernetes.io/job-name=${name}-${volume}-now`;
          };
          // on the other node there would be room
          expect(running?.node).toMatch(/^core-[12]$/);
          const restore = await job("restore");
          const [waiting] = await until(restore, (pods) => (pods[0]?.why ?? "") !== "");
          expect(waiting).toMatchObject({ phase: "Pending" });
          expect(waiting?.node).toBeUndefined();
          expect(waiting?.why).toContain("didn't match pod anti-affinity rules");

          const [beside] = await until(await job("backup"), onOneNode);
          expect(beside?.node).toBe(running?.node);
          expect((await podsOf(restore))[0]?.node).toBeUndefined();
          // nor was the program ended to make place for it
          expect((await podsOf(app)).map(({ name }) => name)).toEqual([running?.name]);

          await kubectl(["scale", `deployment/${program}`, "--replicas=0"]);
          await until(app, (pods) => pods.length === 0);
          await until(restore, onOneNode);
          await kubectl(["wait", `job/restore-${volume}-now`, "--for=condition=complete", "--timeout=60s"]);
        }
      } finally {
        await down(kind, here, toStderr);
      }
    },
    3 * MINUTE,
  );

  test(
    "backups list makes a Job, reads what it said, and removes it, also when it does not end",
    async () => {
      const plane = await up({ name: "list", pools: POOLS, environment: here, toolchain, report: toStderr });
      // a simulated pod says nothing: of kubectl, `logs` alone is imitated, with what restic 0.18.1 printed
      const [kubectl, log, created] = ["kubectl", "log", "created"].map((name) => join(state, name));
      const printed = {
        ...{ time: "2026-11-27T19:03:06.629328605Z", tags: ["hub"], short_id: "5c59d790" },
        summary: { total_bytes_processed: 2_500_000 },
      };
      writeFileSync(log ?? "", `${JSON.stringify([printed])}\n`);
      writeFileSync(
        kubectl ?? "",
        `#!/bin/sh\ncase "$*" in *" logs job/backup-list-"*) exec cat ${log ?? ""} ;; *--filename=-*) tee ${created ?? ""} | ${toolchain.kubectl} "$@"; exit $? ;; esac\n` +
          `exec ${toolchain.kubectl} "$@"\n`,
        { mode: 0o755 },
      );
      const access = { kubectl: kubectl ?? "", helm: "", kubeconfig: plane.kubeconfig };
      const patience = { timeoutMs: MINUTE, signal: new AbortController().signal, pollMs: 100 };
      const real = async (args: readonly string[], input?: string): Promise<string> => {
        const all = ["--kubeconfig", plane.kubeconfig, "--namespace", NAMESPACE, ...args];
        const { code, stdout, stderr } = await run(toolchain.kubectl, all, input);
        expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
        return stdout.trim();
      };
      const jobs = (): Promise<string> => real(["get", "jobs", "--output=name"]);
      try {
        await real(["create", "namespace", NAMESPACE]);
        await expect(listSnapshots(access, NAMESPACE, patience)).rejects.toThrow(
          "example-ns backs nothing up: its cluster has no CronJob backup-list",
        );
        const items = ["CronJob/backup-list", "PriorityClass/binderhub-core"].map((one) => {
          const [kind = "", name = ""] = one.split("/");
          return { ...objectOf(objects, kind, name), own: undefined };
        });
        await real(["create", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
        expect(await listSnapshots(access, NAMESPACE, patience)).toMatchObject([
          { id: "5c59d790", backup: "hub", bytes: 2_500_000 },
        ]);
        expect(await jobs()).toBe("");
        const job = JSON.parse(readFileSync(created ?? "", "utf8")) as {
          spec: { template: { spec: { containers: { env: object[] }[] } } };
        };
        expect(job.spec).toMatchObject({ backoffLimit: 0, ttlSecondsAfterFinished: 600 });
        expect(job.spec.template.spec.containers[0]?.env).toContainEqual({ name: "AS_JSON", value: "yes" });

        const nowhere = '{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"nodeSelector":{"a":"b"}}}}}}}';
        await real(["patch", "cronjob/backup-list", "--patch", nowhere]);
        await expect(listSnapshots(access, NAMESPACE, { ...patience, timeoutMs: 1000 })).rejects.toThrow(
          `the Job did not end in 1 s; look why at the events of its pod: kubectl --kubeconfig ${plane.kubeconfig} --namespace example-ns get events`,
        );
        expect(await jobs()).toBe("");
      } finally {
        await down("list", here, toStderr);
      }
    },
    2 * MINUTE,
  );
});

/** A rendered Deployment with its labels, its place and its volume, and nothing else that it would need. */
function runningWith({ metadata, spec }: Rendered, claim: string): object {
  const { labels } = spec?.template?.metadata ?? {};
  const { nodeSelector, tolerations, priorityClassName } = spec?.template?.spec ?? { containers: [] };
  return {
    ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: metadata.name } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { run: metadata.name } },
      template: {
        metadata: { labels: { ...labels, run: metadata.name } },
        spec: {
          ...{ nodeSelector, tolerations, priorityClassName },
          containers: [{ name: "a", image: "registry.k8s.io/pause:3.10" }],
          volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  };
}
