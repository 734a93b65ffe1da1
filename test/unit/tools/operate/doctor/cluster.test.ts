import { certManagerRelease, metaChartRelease } from "../../../../../model/stack/releases";
import { expiryFindings } from "../../../../../tools/operate/doctor/cluster/access";
import { nodeFindings } from "../../../../../tools/operate/doctor/cluster/nodes";
import {
  deployedDigest,
  driftFindings,
  releaseFindings,
} from "../../../../../tools/operate/doctor/cluster/releases";
import type { Revision } from "../../../../../tools/ground/cluster/history";
import { ownership } from "../../../../../tools/operate/doctor/cluster/reachability";
import { targetOf } from "../../../../../tools/operate/doctor/cluster/target";
import { notRolledOut, workloadFinding } from "../../../../../tools/operate/doctor/cluster/workloads";
import type { KubeObject } from "../../../../../tools/ground/cluster/kubectl";
import { loadStackFile } from "../../../../../tools/ground/stackFile/stacks";
import { node } from "../../../../support/pods";

const NOW = new Date("2026-11-24T12:00:00Z");
const TARGET = targetOf(loadStackFile("staging").stack, {
  kubectl: "kubectl",
  helm: "/c/helm",
  kubeconfig: "/k/my config",
});
const RELEASE = metaChartRelease("staging");
const DIGEST = "ab".repeat(32);

function history(...revisions: [status: string, minutesAgo: number, description?: string][]): Revision[] {
  return revisions.map(([status, minutes, description = `chart sha256:${DIGEST}`], index) => ({
    revision: index + 3,
    updated: new Date(NOW.getTime() - minutes * 60_000).toISOString(),
    status,
    description,
  }));
}

const back = "/c/helm rollback staging 4 --namespace staging --kubeconfig '/k/my config'";
const away = "/c/helm uninstall staging --namespace staging --kubeconfig '/k/my config'";

test.each([
  ["deployed", history(["superseded", 90], ["deployed", 80]), []],
  [
    "stuck for longer than its timeout",
    history(["superseded", 90], ["deployed", 80], ["pending-upgrade", 23]),
    [["problem", back, /^pending-upgrade for 23 min \(revision 5\) for longer than its timeout of 15 min/]],
  ],
  [
    "stuck in a rollback: what failed or is pending is not what to go back to",
    history(
      ["superseded", 99],
      ["deployed", 90],
      ["failed", 80],
      ["pending-upgrade", 70],
      ["pending-rollback", 60],
    ),
    [["problem", back, /^pending-rollback for 60 min \(revision 7\)/]],
  ],
  [
    "under way: it may be somebody's deploy",
    history(["superseded", 90], ["deployed", 80], ["pending-upgrade", 14]),
    [["warning", `${back}   # only if no deploy is running`, /counts as stuck after 15 min$/]],
  ],
  ["a first install", history(["pending-install", 20]), [["problem", away, /^pending-install for 20 min/]]],
  [
    "failed",
    history(["deployed", 99], ["superseded", 98], ["failed", 5]),
    [["problem", back.replace(" 4 ", " 3 "), /^failed for 5 min/]],
  ],
  [
    "nothing is deployed any more, but was",
    history(["failed", 99], ["superseded", 98], ["failed", 5]),
    [["problem", back, /^failed/]],
  ],
  [
    "uninstalling goes on",
    history(["superseded", 9], ["uninstalling", 3]),
    [["problem", away, /^uninstalling for 3 min/]],
  ],
  ["not there", [], [["problem", "pulumi up --stack staging", /^not installed in namespace staging$/]]],
])("a release: %s", (_, revisions, expected) => {
  const findings = releaseFindings(TARGET, RELEASE, revisions, NOW);
  expect(findings.map(({ level, fix }) => [level, fix])).toEqual(
    expected.map(([level, fix]) => [level, fix]),
  );
  for (const [index, [, , found]] of expected.entries()) {
    expect(findings[index]?.found).toMatch(found as RegExp);
  }
});

test("where Kubernetes would refuse the way back, its cause is taken away first", () => {
  const claims = ["staging-grafana"];
  const of = (...revisions: Parameters<typeof history>): string[] =>
    releaseFindings(TARGET, RELEASE, history(...revisions), NOW, claims).map(({ fix }) => fix);
  const forget = "npx mybinder adopt staging --kubeconfig '/k/my config' --forget-volumes";
  expect(of(["superseded", 90], ["deployed", 80], ["pending-upgrade", 23])).toEqual([`${forget} && ${back}`]);
  expect(of(["pending-install", 23])).toEqual([away]);
});

test("a first install that was killed is not somebody else's release", () => {
  const killed = history(["pending-install", 20, "Initial install underway"]);
  expect(driftFindings(TARGET, RELEASE, killed, DIGEST)).toEqual([]);
  expect(driftFindings(TARGET, RELEASE, history(["failed", 20, 'Release "staging" failed']), DIGEST)).toEqual(
    [],
  );
});

test("each release has its own timeout", () => {
  const revisions = history(["deployed", 80], ["pending-upgrade", 6]);
  expect(releaseFindings(TARGET, certManagerRelease, revisions, NOW)).toMatchObject([{ level: "problem" }]);
  expect(releaseFindings(TARGET, RELEASE, revisions, NOW)).toMatchObject([{ level: "warning" }]);
});

test("the deployed chart, also after rollbacks", () => {
  const other = "cd".repeat(32);
  const rolledBack = history(
    ["superseded", 90],
    ["superseded", 80, `chart sha256:${other}`],
    ["superseded", 70, "Rollback to 3"],
    ["deployed", 60, "Rollback to 5"],
    ["pending-upgrade", 50, `chart sha256:${other}`],
  );
  expect(deployedDigest(rolledBack)).toBe(DIGEST);
  expect(deployedDigest(history(["deployed", 1, "Rollback to 3"]))).toBeUndefined();
  expect(driftFindings(TARGET, RELEASE, rolledBack, DIGEST)).toEqual([]);
  expect(driftFindings(TARGET, RELEASE, rolledBack, other)).toMatchObject([
    { level: "warning", fix: "pulumi preview --diff --stack staging" },
  ]);
  expect(driftFindings(TARGET, RELEASE, history(["deployed", 1, "Upgrade complete"]), DIGEST)).toMatchObject([
    { level: "warning", fix: "npx mybinder adopt staging --kubeconfig '/k/my config'   # docs/adopt.md" },
  ]);
});

test("a cluster is a stack's by its namespace", () => {
  const stacks = ["bids-ovh", "prod", "staging"];
  expect(ownership("staging", ["default", "staging"], stacks, "/k")).toEqual({ findings: [] });
  expect(ownership("staging", ["default", "bids-ovh"], stacks, "/k")).toEqual({
    findings: [
      {
        level: "problem",
        about: "cluster of /k",
        found: "it is the cluster of bids-ovh, not of staging",
        fix: "npx mybinder doctor bids-ovh --kubeconfig /k",
      },
    ],
    refusal: "it is the cluster of bids-ovh, not of staging",
  });
  expect(ownership("staging", ["default"], stacks, "/k")).toMatchObject({
    findings: [{ level: "problem", fix: "pulumi up --stack staging" }],
    refusal: "stack staging is not deployed on it: namespace staging does not exist",
  });
});

test.each([
  [undefined, []],
  [60, []],
  [44, [["warning", "its certificate ends in 44 days (2027-01-07)"]]],
  [6, [["problem", "its certificate ends in 6 days (2026-11-30)"]]],
  [-3, [["problem", "its certificate ended 3 days ago (2026-11-21)"]]],
])("a certificate with %s days left", (days, expected) => {
  const end = days === undefined ? undefined : new Date(NOW.getTime() + days * 86_400_000);
  const findings = expiryFindings("certificate", "API server", end, "renew", NOW);
  expect(findings.map(({ level, found }) => [level, found])).toEqual(expected);
});

const cordoned = { unschedulable: true, taints: [] };
const pool = { "mybinder.org/node-purpose": "core" };

test("a cordoned node is a warning, the last one of its pool a problem", () => {
  const found = (...nodes: Parameters<typeof nodeFindings>[1]) =>
    nodeFindings(TARGET, nodes, NOW).map(({ level, about, found: what, fix }) => [level, about, what, fix]);
  const uncordon = (name: string): string => `kubectl uncordon ${name} --kubeconfig '/k/my config'`;
  expect(found(node("a", cordoned, pool), node("b", {}, pool))).toEqual([
    ["warning", "node a", "cordoned", uncordon("a")],
  ]);
  const taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
  const since = { ...cordoned, taints: [{ ...taint, timeAdded: "2026-11-24T11:00:00Z" }] };
  expect(found(node("a", since, pool), node("u", {}, { "mybinder.org/node-purpose": "user" }))).toEqual([
    ["problem", "node a", 'cordoned for 60 min, and no other node of pool "core" takes pods', uncordon("a")],
  ]);
  expect(found()[0]?.slice(0, 3)).toEqual(["problem", "cluster of staging", "it has no nodes"]);
});

test("a node that is not Ready or under pressure", () => {
  const conditions = [
    { type: "Ready", status: "Unknown", lastTransitionTime: "2026-11-24T09:00:00Z" },
    { type: "DiskPressure", status: "True" },
    { type: "MemoryPressure", status: "False" },
  ];
  const findings = nodeFindings(TARGET, [{ ...node("a"), status: { conditions } }], NOW);
  expect(findings.map(({ level, found }) => [level, found])).toEqual([
    ["problem", "not Ready for 3 h"],
    ["problem", "DiskPressure"],
  ]);
  expect(findings[0]?.fix).toBe("kubectl describe node a --kubeconfig '/k/my config'");
});

function object(kind: string, name: string, rest: Partial<KubeObject>): KubeObject {
  const { metadata, ...others } = rest;
  return { apiVersion: "v1", kind, metadata: { name, namespace: "staging", ...metadata }, ...others };
}

test("what is not rolled out: not a Job that runs, nor a failed one that a later one made good", () => {
  const job = (name: string, hour: number, ok: boolean, cron?: string): KubeObject =>
    object("Job", name, {
      metadata: {
        name,
        ...(cron === undefined ? {} : { ownerReferences: [{ kind: "CronJob", name: cron }] }),
      },
      status: {
        startTime: `2026-11-24T0${String(hour)}:00:00Z`,
        ...(ok ? { succeeded: 1 } : { conditions: [{ type: "Failed", status: "True" }] }),
      },
    });
  const objects = [
    object("Deployment", "hub", { spec: { replicas: 1 }, status: { replicas: 1 } }),
    object("PersistentVolumeClaim", "db", { status: { phase: "Pending" } }),
    object("Job", "running", { status: { active: 1 } }),
    job("alone", 1, false),
    job("forgiven", 1, false, "clean"),
    job("good", 2, true, "clean"),
    job("again", 3, false, "clean"),
  ];
  expect(notRolledOut(objects).map(({ metadata }) => metadata.name)).toEqual(["hub", "db", "alone", "again"]);
});

test("a workload is said with what its pods wait for, and with what shows more", () => {
  const hub = object("Deployment", "hub", {});
  const finding = (reasons: string[], underWay = false, one = hub) =>
    workloadFinding(
      TARGET,
      "staging",
      { object: one, progress: "0 of 1 replicas available", reasons },
      underWay,
    );
  expect(
    finding(["condition Available: no", "pod hub-1: Unschedulable: 0/1 nodes", "event on Pod: x"]),
  ).toEqual({
    level: "problem",
    about: "Deployment staging/hub",
    found: "0 of 1 replicas available: pod hub-1: Unschedulable: 0/1 nodes (and 2 more)",
    fix: "npx mybinder nodes list --stack staging --kubeconfig '/k/my config'",
  });
  expect(finding(["pod hub-1: container hub: CrashLoopBackOff back-off"]).fix).toBe(
    "kubectl logs deployment/hub --namespace staging --all-containers --previous --kubeconfig '/k/my config'",
  );
  expect(finding([], true)).toMatchObject({
    level: "warning",
    found: "0 of 1 replicas available",
    fix: "kubectl describe deployment hub --namespace staging --kubeconfig '/k/my config'",
  });
  const placeholder = { metadata: { name: "p", labels: { component: "user-placeholder" } } };
  expect(finding([], false, object("StatefulSet", "p", placeholder)).level).toBe("warning");
});
