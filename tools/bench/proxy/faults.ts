import { setTimeout as sleep } from "node:timers/promises";
import type { Report } from "../../report";
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
  return rows;
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
