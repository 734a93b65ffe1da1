import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Report } from "../../tools/ground/terminal/report";
import { load, Watch } from "./load";
import type { BenchMember } from "./members";
import { end, type Running, startEntrypoint, startReplica } from "./processes";
import { startUpstream } from "./upstream";

/** Files of the proxy's ConfigMap. */
export type Files = Readonly<Record<string, string>>;

/** Times to leave a dead member, and failed requests while replicas come and go. */
export async function faultRows(
  files: Files,
  members: readonly BenchMember[],
  upstream: string | undefined,
  report: Report,
  signal: AbortSignal,
): Promise<(string | number)[][]> {
  const rows: (string | number)[][] = [];
  for (const [what, fault] of [
    [
      "refuses",
      (member: BenchMember) => {
        member.close();
      },
    ],
    [
      "hangs",
      (member: BenchMember) => {
        member.hang();
      },
    ],
  ] as const) {
    signal.throwIfAborted();
    report(`a member ${what}`);
    const ours = await lastRedirect(() => startReplica(files), members, fault);
    const theirs =
      upstream === undefined
        ? ""
        : await lastRedirect(() => startUpstream(upstream, members), members, fault);
    rows.push([`a member ${what}: last launch to it after, s`, ours, "", "", theirs]);
  }
  signal.throwIfAborted();
  report("reload, rollout and loss of a replica under load");
  rows.push(["reload: failed requests", await failedDuringReload(files)]);
  const { rollout, kill, requests } = await failedDuringRollout(files);
  rows.push(["rollout of a replica: failed requests", rollout], ["kill of a replica: failed requests", kill]);
  rows.push(["requests during each of them, about", requests]);
  signal.throwIfAborted();
  report("a flood of slow bodies");
  const { flooded, failed, p99, memory } = await duringFlood(files);
  rows.push([`${String(FLOOD)} slow bodies: launches per second beside them`, flooded]);
  rows.push(["… failed launches", failed], ["… p99 of a launch, ms", p99], ["… memory, MiB", memory]);
  return rows;
}

/** Connections of the flood: half of what HAProxy takes at most. */
const FLOOD = 2000;

/** What launches cost while many clients send the body of a request byte by byte. */
async function duringFlood(
  files: Files,
): Promise<{ flooded: number; failed: number; p99: number; memory: string }> {
  const replica = await startReplica(files);
  const head = "POST /slow HTTP/1.1\r\nHost: mybinder.org\r\nContent-Length: 8000\r\n\r\n";
  const sockets = Array.from({ length: FLOOD }, () => connect(replica.port, "127.0.0.1"));
  for (const socket of sockets) socket.on("error", () => undefined).write(head);
  const trickle = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write("x");
  }, 1000);
  try {
    await sleep(1000);
    const { perSecond, failed, p99 } = await load(replica.port, 5);
    const memory = Object.entries(replica.memory()).map(([name, size]) => `${name} ${String(size)}`);
    return { flooded: Math.round(perSecond), failed, p99: Number(p99.toFixed(1)), memory: memory.join(", ") };
  } finally {
    clearInterval(trickle);
    for (const socket of sockets) socket.destroy();
    await replica.stop();
  }
}

/** Seconds from a fault of the first member until the last launch that is sent to it. */
async function lastRedirect(
  start: () => Promise<Running>,
  members: readonly BenchMember[],
  fault: (member: BenchMember) => void,
): Promise<number> {
  const [victim] = members;
  if (!victim) throw new Error("there are members");
  const running = await start();
  const watch = new Watch(running.port);
  await sleep(5000);
  const failed = performance.now();
  fault(victim);
  // until nothing was sent to it for ten seconds
  do await sleep(1000);
  while (performance.now() - Math.max(failed, watch.lastTo(victim.url)) < 10_000);
  const seconds = (watch.lastTo(victim.url) - failed) / 1000;
  await watch.stop();
  await running.stop();
  victim.close();
  await victim.open();
  return Number(Math.max(0, seconds).toFixed(1));
}

async function failedDuringReload(files: Files): Promise<number> {
  const replica = await startReplica(files);
  const result = load(replica.port, 6);
  for (let reload = 0; reload < 3; reload++) {
    await sleep(1500);
    replica.process.kill("SIGUSR2");
  }
  const { failed } = await result;
  await replica.stop();
  return failed;
}

async function failedDuringRollout(
  files: Files,
): Promise<{ rollout: number; kill: number; requests: number }> {
  const [old, other, fresh] = [
    await startReplica(files),
    await startReplica(files),
    await startReplica(files),
  ];
  const entrypoint = await startEntrypoint([old.port, other.port, fresh.port]);
  const first = load(entrypoint.port, 6);
  await sleep(2000);
  // as the kubelet ends HAProxy, by the image's stop signal
  old.process.kill("SIGUSR1");
  const rollout = await first;
  const second = load(entrypoint.port, 6);
  await sleep(2000);
  await end(other.process, "SIGKILL");
  const kill = await second;
  await entrypoint.stop();
  for (const replica of [old, other, fresh]) await replica.stop();
  return { rollout: rollout.failed, kill: kill.failed, requests: Math.round(rollout.perSecond * 6) };
}
