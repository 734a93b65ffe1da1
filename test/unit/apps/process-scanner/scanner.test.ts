import type { ScannerConfig } from "../../../../apps/process-scanner/config";
import { exposition } from "../../../../apps/process-scanner/exposition";
import type { Process } from "../../../../apps/process-scanner/processes";
import { Scanner } from "../../../../apps/process-scanner/scanner";
import { ApiError } from "../../../../apps/inCluster";
import type { ProcessRule } from "../../../../model/member/processRules";
import { process, UID } from "./process";

const BUILD = UID.replaceAll("4", "5");
const DOCKER = UID.replaceAll("4", "6");
const HUB = UID.replaceAll("4", "7");

/** A node with a session, a build pod, the Docker that builds and a hub, in memory. */
class Node {
  processes: Process[] = [];
  readonly deleted: unknown[] = [];
  readonly ended: number[] = [];
  readonly lines: Record<string, unknown>[] = [];
  asked = "";
  now = 0;
  gone = new Set<number>();
  late = new Set<number>();
  refusal: Error | undefined;
  going = false;

  scanner(rules: readonly ProcessRule[], changes: Partial<ScannerConfig> = {}): Scanner {
    const limits = { deletionsPerMinute: 3, endingsPerMinute: 3 };
    return new Scanner({ namespace: "a", periodSeconds: 60, limits, rules, ...changes }, "node-1", {
      api: { call: (method, path, body) => this.call(method, path, body) as never },
      table: {
        of: (uids) => this.processes.filter(({ podUid }) => uids.has(podUid)),
        is: ({ pid }) => !this.gone.has(pid),
      },
      end: (pid) => {
        if (this.late.has(pid)) throw Object.assign(new Error("kill ESRCH"), { code: "ESRCH" });
        this.ended.push(pid);
      },
      log: (line) => this.lines.push(JSON.parse(line) as Record<string, unknown>),
      clock: () => this.now,
    });
  }

  private call(method: string, path: string, body: unknown): Promise<unknown> {
    if (method === "DELETE") {
      if (this.refusal) return Promise.reject(this.refusal);
      this.deleted.push([path, body]);
      return Promise.resolve({});
    }
    this.asked = path;
    const pod = (
      name: string,
      uid: string,
      component: string,
      env: object[] = [],
      namespace = "a",
    ): object => ({
      metadata: {
        ...{ name, namespace, uid, labels: { component } },
        annotations: { "binder-repo": `https://github.com/o/${name}` },
        ...(this.going && { deletionTimestamp: "2026-11-21T12:00:00Z" }),
      },
      spec: { containers: [{ env }] },
    });
    const env = [
      { name: "BINDER_REF_URL", value: "https://github.com/o/r/tree/main" },
      { name: "BINDER_CLIENT_IP", value: "192.0.2.7" },
    ];
    const items = [
      pod("jupyter-1", UID, "singleuser-server", env),
      pod("build-1", BUILD, "binderhub-build"),
      pod("a-dind-1", DOCKER, "image-builder"),
      // an API server that ignores the selector
      pod("hub-1", HUB, "hub"),
      pod("elsewhere", UID.replaceAll("4", "8"), "singleuser-server", [], "kube-system"),
    ];
    return Promise.resolve({ items });
  }
}

const MINER: ProcessRule = { name: "miner", action: "delete-pod", commandLine: "xmrig" };
const miner = (changes: Partial<Process> = {}): Process =>
  process({ commandLine: "./XMRig -o pool", ...changes });

let node: Node;
beforeEach(() => {
  node = new Node();
});

test("asks for the pods of its node, and deletes the one that is meant, by its UID", async () => {
  node.processes = [miner()];
  await node.scanner([MINER]).scan();
  expect(decodeURIComponent(node.asked.replaceAll("+", " "))).toBe(
    "/api/v1/namespaces/a/pods?fieldSelector=spec.nodeName=node-1" +
      "&labelSelector=component in (singleuser-server,binderhub-build,image-builder)",
  );
  expect(node.deleted).toEqual([["/api/v1/namespaces/a/pods/jupyter-1", { preconditions: { uid: UID } }]]);
  expect(node.lines).toEqual([
    {
      action: "delete-pod",
      outcome: "deleted",
      rule: "miner",
      pod: "jupyter-1",
      repository: "https://github.com/o/r/tree/main",
      client: "192.0.2.7",
      pid: 100,
      cpuSeconds: 0,
      memoryMB: 0,
    },
  ]);
  expect(JSON.stringify(node.lines)).not.toMatch(/xmrig/i);
});

test("never touches another pod, whatever the API server and the rules say", async () => {
  const elsewhere = UID.replaceAll("4", "8");
  node.processes = [HUB, elsewhere].map((podUid, index) => miner({ podUid, pid: index + 1 }));
  await node.scanner([MINER, { ...MINER, name: "end", action: "end-process" }]).scan();
  expect([node.deleted, node.ended, node.lines]).toEqual([[], [], []]);
});

test("where Docker builds, what Docker runs is ended, and neither Docker nor its pod", async () => {
  node.processes = [
    miner({ podUid: DOCKER, pid: 7, docker: true }),
    miner({ podUid: DOCKER, pid: 8, docker: false }),
    miner({ podUid: BUILD, pid: 9 }),
  ];
  await node.scanner([MINER]).scan();
  expect(node.ended).toEqual([7]);
  expect(node.deleted).toMatchObject([["/api/v1/namespaces/a/pods/build-1", {}]]);
  expect(node.lines.map(({ outcome, repository }) => [outcome, repository])).toEqual([
    ["ended", "https://github.com/o/a-dind-1"],
    ["deleted", "https://github.com/o/build-1"],
  ]);
});

test("does not end another process that has the number by now", async () => {
  node.processes = [7, 8, 9].map((pid) => miner({ pid }));
  node.gone.add(7);
  // ends by itself between the look and the signal
  node.late.add(9);
  await node.scanner([{ ...MINER, action: "end-process" }]).scan();
  expect(node.ended).toEqual([8]);
  expect(node.lines.map(({ outcome }) => outcome)).toEqual(["gone", "ended", "gone"]);
});

test("ends no more than it may in a minute, and reports the rest", async () => {
  node.processes = Array.from({ length: 5 }, (_, index) => miner({ pid: index + 1 }));
  const scanner = node.scanner([{ ...MINER, action: "end-process" }]);
  await scanner.scan();
  expect(node.ended).toEqual([1, 2, 3]);
  expect(scanner.seen.outcomes).toMatchObject({ ended: 3, limited: 2 });
  // one line for all beyond the limit: a fork bomb would fill the log
  expect(node.lines.map(({ outcome }) => outcome)).toEqual(["ended", "ended", "ended", "limited"]);
  node.now = 59;
  await scanner.scan();
  expect(node.ended).toHaveLength(3);
  node.now = 61;
  await scanner.scan();
  expect(node.ended).toHaveLength(6);
});

test("deletes no more pods than it may in a minute", async () => {
  node.processes = [miner(), miner({ podUid: BUILD })];
  const scanner = node.scanner([MINER], { limits: { deletionsPerMinute: 1, endingsPerMinute: 0 } });
  await scanner.scan();
  expect(node.deleted).toHaveLength(1);
  expect(node.lines.map(({ outcome }) => outcome)).toEqual(["deleted", "limited"]);
});

test("a pod goes once, whatever else holds for it; one that is going is left alone", async () => {
  node.processes = [miner({ pid: 1 }), miner({ pid: 2 })];
  const scanner = node.scanner([{ ...MINER, name: "end", action: "end-process" }, MINER]);
  await scanner.scan();
  expect(node.deleted).toHaveLength(1);
  expect(node.ended).toEqual([]);
  node.going = true;
  await scanner.scan();
  expect(node.deleted).toHaveLength(1);
});

test("a deletion that is refused fails the scan, after the rest of its work; one that is late does not", async () => {
  node.processes = [miner(), miner({ podUid: BUILD, pid: 9, commandLine: "other" })];
  const scanner = node.scanner([MINER, { name: "other", action: "end-process", commandLine: "other" }]);
  node.refusal = new ApiError(403, "DELETE /x", "forbidden");
  await expect(scanner.scan()).rejects.toThrow("403 forbidden");
  expect(node.ended).toEqual([9]);
  node.refusal = new ApiError(409, "DELETE /x", "the UID in the precondition");
  await scanner.scan();
  expect(node.ended).toEqual([9, 9]);
  expect(scanner.seen.outcomes.gone).toBe(1);
});

test("says the same report once, until it was away", async () => {
  node.processes = [miner()];
  const scanner = node.scanner([{ ...MINER, action: "report" }]);
  await scanner.scan();
  await scanner.scan();
  expect(node.lines).toHaveLength(1);
  node.processes = [];
  await scanner.scan();
  node.processes = [miner()];
  await scanner.scan();
  expect(node.lines).toHaveLength(2);
});

test.each<[string, Partial<ProcessRule>, Partial<Process>, boolean]>([
  ["the kernel's name", { processName: "^kworker" }, { name: "kworker/u8" }, true],
  ["the parent", { parentCommandLine: "cron" }, { parentCommandLine: "/usr/sbin/CRON -f" }, true],
  ["another parent", { commandLine: "python", parentCommandLine: "cron" }, {}, false],
  ["CPU time of what blanked its arguments", { cpuSeconds: 9 }, { commandLine: "", cpuSeconds: 9 }, true],
  ["an exception", { commandLine: "python", exceptCommandLine: "work\\.py" }, {}, false],
  ["all of several", { commandLine: "python", processName: "bash" }, {}, false],
  ["CPU time", { cpuSeconds: 100 }, { cpuSeconds: 100 }, true],
  ["less CPU time", { cpuSeconds: 100 }, { cpuSeconds: 99 }, false],
  ["memory", { memoryMB: 100 }, { memoryBytes: 1e8 }, true],
  ["less memory", { memoryMB: 100 }, { memoryBytes: 99e6 }, false],
  ["CPUs over time", { cpu: { cores: 2, seconds: 600 } }, { ownCpuSeconds: 1200, ageSeconds: 600 }, true],
  ["fewer CPUs", { cpu: { cores: 2, seconds: 600 } }, { ownCpuSeconds: 1199, ageSeconds: 600 }, false],
  ["builds alone", { commandLine: "python", in: ["build"] }, {}, false],
])("a rule on %s", async (_, rule, changes, holds) => {
  node.processes = [process(changes)];
  await node.scanner([{ name: "x", action: "report", ...rule }]).scan();
  expect(node.lines).toHaveLength(Number(holds));
});

test("a rule over a pod adds up what its patterns select there", async () => {
  const workers = (count: number, podUid: string): Process[] =>
    Array.from({ length: count }, (_, index) =>
      process({
        pid: index + 1,
        podUid,
        ownCpuSeconds: 300,
        cpuSeconds: 300,
        ageSeconds: 600,
        memoryBytes: 1e8,
      }),
    );
  node.processes = [
    ...workers(4, UID),
    ...workers(3, BUILD),
    process({ pid: 50, commandLine: "other", ownCpuSeconds: 9999, cpuSeconds: 9999 }),
  ];
  const over = (changes: Partial<ProcessRule>): ProcessRule => ({
    ...{ name: "x", action: "report", scope: "pod", commandLine: "work", ...changes },
  });
  const podsFor = async (changes: Partial<ProcessRule>): Promise<unknown[]> => {
    node.lines.length = 0;
    await node.scanner([over(changes)]).scan();
    return node.lines.map(({ pod }) => pod);
  };
  expect(await podsFor({ processes: 3 })).toEqual(["jupyter-1", "build-1"]);
  expect(await podsFor({ processes: 4 })).toEqual(["jupyter-1"]);
  expect(node.lines[0]).toMatchObject({ processes: 4, cpuSeconds: 1200, memoryMB: 400 });
  expect(await podsFor({ cpuSeconds: 1200 })).toEqual(["jupyter-1"]);
  expect(await podsFor({ cpu: { cores: 2, seconds: 600 } })).toEqual(["jupyter-1"]);
  expect(await podsFor({ memoryMB: 301 })).toEqual(["jupyter-1"]);
});

test("its metrics have the rules' names, and 0 for what has not been", async () => {
  node.processes = [miner()];
  const scanner = node.scanner([
    { ...MINER, action: "report" },
    { name: "quiet", action: "report", cpuSeconds: 9 },
  ]);
  await scanner.scan();
  const text = exposition(scanner.seen, { ok: 1, failed: 0, lastSuccess: 12 });
  expect(text).toContain(
    'process_scanner_matches_total{rule="miner"} 1\nprocess_scanner_matches_total{rule="quiet"} 0\n',
  );
  expect(text).toContain('process_scanner_outcomes_total{outcome="reported"} 1\n');
  expect(text).toContain('process_scanner_outcomes_total{outcome="limited"} 0\n');
  expect(text).toContain("process_scanner_pods 3\n");
  expect(text).toContain("process_scanner_last_success_timestamp_seconds 12\n");
  expect(text).not.toMatch(/xmrig/i);
});

test("counts a text that takes a pattern too long, and says nothing of it", async () => {
  node.processes = [miner({ commandLine: `${"a".repeat(40)}b` })];
  const scanner = node.scanner([{ ...MINER, commandLine: "^(?=(a+)+$)" }]);
  await scanner.scan();
  const text = exposition(scanner.seen, { ok: 1, failed: 0, lastSuccess: 12 });
  expect(text).toContain("process_scanner_slow_texts_total 1\n");
  expect([node.deleted, node.lines]).toEqual([[], []]);
});

test("refuses the cluster's own namespaces, and a broken pattern by the rule's name", () => {
  expect(() => node.scanner([MINER], { namespace: "kube-system" })).toThrow("it is the cluster's own");
  expect(() => node.scanner([{ ...MINER, commandLine: "hunter2(" }])).toThrow(
    /^rule miner: a pattern is not a regular expression$/,
  );
});
