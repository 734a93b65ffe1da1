import { existsSync, renameSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";

import type { Environment } from "../../../environment";
import type { NodePoolShape } from "../../../model/cluster/nodes";
import type { ClusterConfig } from "../../../model/schema/stack";
import { Failure } from "../../ground/terminal/failure";
import { withLock } from "../../ground/terminal/lock";
import type { Toolchain } from "../kube/toolchain";
import type { Report } from "../../ground/terminal/report";
import { PortRace, waitUntil } from "../background";
import { type Folders, foldersOf, readState } from "./folders";
import { running, stopAll } from "./launch";
import { reconcileNodes } from "./nodes";
import { assertFree, freePort } from "./ports";
import { type ProgramName, PROGRAMS } from "./programs";
import { isReady, nodesReady, reconnect, serverOf, start } from "./start";

export interface ControlPlaneOptions {
  /** Usually the stack's; lower-case letters, digits and "-". */
  readonly name: string;
  readonly pools: readonly NodePoolShape[];
  /** Kind of the cluster that it stands for: its storage behaves alike. Not said: a cluster that somebody else made. */
  readonly kind?: ClusterConfig["kind"] | undefined;
  readonly environment: Environment;
  readonly toolchain: Toolchain;
  readonly report: Report;
  /** Port of the API server on 127.0.0.1; a free one if left out. */
  readonly port?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A control plane that runs. */
export interface ControlPlane {
  readonly name: string;
  /** Folder of all that it keeps. */
  readonly dir: string;
  /** Path, mode 0600. */
  readonly kubeconfig: string;
  /** Folder with a log per program. */
  readonly logs: string;
  /** URL of the API server. */
  readonly server: string;
  readonly pids: Readonly<Record<ProgramName, number>>;
  /** False if it ran already. */
  readonly started: boolean;
  /** What an earlier one had left behind and was removed first. Empty, as a rule. */
  readonly cleaned: readonly string[];
}

const PORT_ATTEMPTS = 3;

/**
 * Brings up the control plane of that name, or makes sure that the one that runs is well and has the pools' nodes.
 * What is left of one that was killed is removed first, and said. Needs about 3 s and 0.5 GB of memory.
 * Throws a Failure if a program dies at the start or a fixed port is taken, and the signal's reason if it is aborted;
 * nothing runs then.
 */
export async function up(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { name, environment, report, signal } = options;
  const folders = foldersOf(name, environment);
  const lock = { path: folders.lock, busyWith: `starts or stops control plane "${name}"`, report, signal };
  return withLock(lock, async () => {
    signal?.throwIfAborted();
    if (await refresh(options, folders)) return describe(folders, { started: false, cleaned: [] });
    const cleaned = await clean(folders, keyOf(options.toolchain));
    if (cleaned.length > 0) report(`control plane "${name}": cleaned up after ${cleaned.join("; ")}`);
    await startAfresh(options, folders);
    rmSync(folders.failedLogs, { recursive: true, force: true });
    return describe(folders, { started: true, cleaned });
  });
}

/**
 * Stops the control plane of that name and removes everything it kept. `existed` is false if there was nothing.
 * Throws a Failure if a process cannot be stopped.
 */
export async function down(
  name: string,
  environment: Environment,
  report: Report,
): Promise<{ existed: boolean }> {
  const folders = foldersOf(name, environment);
  const lock = { path: folders.lock, busyWith: `starts or stops control plane "${name}"`, report };
  return withLock(lock, async () => {
    const stopped = await stopAll(folders);
    const existed = stopped.length > 0 || existsSync(folders.dir);
    for (const path of [folders.dir, folders.failedLogs]) rmSync(path, { recursive: true, force: true });
    return { existed };
  });
}

/** Brings the nodes of a healthy control plane up to date; false if there is none. */
async function refresh(options: ControlPlaneOptions, folders: Folders): Promise<boolean> {
  const { toolchain, pools, report, name, port, signal } = options;
  const client = reconnect(folders);
  if (!client) return false;
  try {
    if (readState(folders)?.toolchain !== keyOf(toolchain) || running(folders).size < PROGRAMS.length) {
      return false;
    }
    if (!(await isReady(client).catch(() => undefined))) return false;
    assertPort(folders, port);
    const { created, updated, removed } = await reconcileNodes(client, pools);
    const changes = [
      ...created.map((node) => `+${node}`),
      ...updated.map((node) => `~${node}`),
      ...removed.map((node) => `-${node}`),
    ];
    if (changes.length > 0) report(`control plane "${name}": nodes ${changes.join(" ")}`);
    await waitUntil({ what: "The simulated nodes", launched: [], signal, timeoutMs: 60_000 }, () =>
      nodesReady(client),
    );
    return true;
  } finally {
    client.close();
  }
}

/** Stops and removes what is left of an earlier control plane; says what it was. */
async function clean(folders: Folders, toolchainKey: string): Promise<string[]> {
  const alive = running(folders);
  if (!existsSync(folders.dir) && alive.size === 0) return [];
  const state = readState(folders);
  const dead = PROGRAMS.filter((program) => !alive.has(program));
  await stopAll(folders);
  rmSync(folders.dir, { recursive: true, force: true });
  if (!state?.ready) return ["a start that was cut short"];
  if (dead.length === PROGRAMS.length) return ["one that was killed"];
  if (dead.length > 0) return [`a control plane whose ${dead.join(", ")} had died`];
  if (state.toolchain !== toolchainKey) return ["one of other versions"];
  return ["one that did not answer"];
}

async function startAfresh(options: ControlPlaneOptions, folders: Folders): Promise<void> {
  const { toolchain, pools, signal, port: fixedPort } = options;
  for (let attempt = 1; ; attempt++) {
    if (fixedPort !== undefined) await assertFree(fixedPort);
    const port = fixedPort ?? (await freePort());
    try {
      await start({
        folders,
        toolchain,
        toolchainKey: keyOf(toolchain),
        port,
        pools,
        kind: options.kind ?? "existing",
        signal,
      });
      return;
    } catch (error) {
      await stopAll(folders);
      if (!(error instanceof PortRace)) {
        throw signal?.aborted ? discard(error, folders) : keepLogs(error, folders);
      }
      rmSync(folders.dir, { recursive: true, force: true });
      if (attempt === PORT_ATTEMPTS) {
        throw new Failure(
          `Port ${String(port)} on 127.0.0.1 was taken by somebody else ${String(attempt)} times in a row.`,
          3,
        );
      }
    }
  }
}

function discard(error: unknown, folders: Folders): unknown {
  rmSync(folders.dir, { recursive: true, force: true });
  return error;
}

/** Removes the folder of a failed start but for its logs, whose new place the message then names. */
function keepLogs(error: unknown, folders: Folders): unknown {
  rmSync(folders.failedLogs, { recursive: true, force: true });
  if (existsSync(folders.logs)) renameSync(folders.logs, folders.failedLogs);
  if (!(error instanceof Failure)) return discard(error, folders);
  const message = error.message.replaceAll(folders.logs, folders.failedLogs);
  return discard(new Failure(message, error.exitCode, { cause: error }), folders);
}

/** Cache key of the programs: the name of their folder. */
function keyOf(toolchain: Toolchain): string {
  return basename(dirname(toolchain.etcd));
}

function assertPort(folders: Folders, wanted: number | undefined): void {
  const actual = readState(folders)?.port;
  if (wanted === undefined || wanted === actual) return;
  throw new Failure(
    `Control plane "${folders.name}" is already running, on port ${String(actual)}. To use port ${String(wanted)}, stop it first ` +
      `(npx mybinder local down --name ${folders.name}).`,
    2,
  );
}

function describe(folders: Folders, how: { started: boolean; cleaned: readonly string[] }): ControlPlane {
  const { name, dir, kubeconfig, logs } = folders;
  const pids = Object.fromEntries([...running(folders)].map(([program, { pid }]) => [program, pid]));
  const server = serverOf(readState(folders)?.port ?? 0);
  return { name, dir, kubeconfig, logs, server, pids: pids as Record<ProgramName, number>, ...how };
}
