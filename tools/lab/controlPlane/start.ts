import { mkdirSync } from "node:fs";

import type { NodePoolShape } from "../../../model/cluster/nodes";
import type { ClusterConfig } from "../../../model/schema/stack";
import type { Toolchain } from "../kube/toolchain";
import { type Launched, waitUntil } from "../background";
import { createBaseObjects } from "./baseObjects";
import { ApiError, type Client, connect } from "./client";
import { type Access, readCertificate, readToken, writeCredentials, writeKubeconfig } from "./credentials";
import { type Folders, readState, type State, writeState } from "./folders";
import { launch } from "./launch";
import { isSchedulable, type NodeObject, reconcileNodes } from "./nodes";
import { kubeconfigOf, type ProgramOptions } from "./programs";
import { writeSchedulerConfig } from "./scheduler";

export interface StartOptions {
  readonly folders: Folders;
  readonly toolchain: Toolchain;
  /** Recorded with the control plane, so that a later one with other programs replaces it. */
  readonly toolchainKey: string;
  readonly port: number;
  readonly pools: readonly NodePoolShape[];
  readonly kind: ClusterConfig["kind"];
  readonly signal?: AbortSignal | undefined;
}

/** Far beyond what a loaded machine needs: it only ends a wait that would not end. */
const TIMEOUT_MS = 120_000;

/**
 * Starts a control plane in a folder that does not exist yet, and returns when its nodes take pods.
 * Throws a Failure or a PortRace; stopping what was started and removing the folder is the caller's.
 */
export async function start(options: StartOptions): Promise<void> {
  const { folders, port, pools, kind, signal, toolchainKey } = options;
  for (const dir of [folders.dir, folders.logs]) mkdirSync(dir, { mode: 0o700 });
  const state: State = { toolchain: toolchainKey, port, startedAt: new Date().toISOString(), ready: false };
  writeState(folders, state);
  const tokens = writeCredentials(folders);
  const run: ProgramOptions = options;
  const launched = [launch("etcd", run), launch("kube-apiserver", run)];
  const ca = await waitUntil({ what: "The API server", launched, signal, timeoutMs: TIMEOUT_MS }, () =>
    Promise.resolve(readCertificate(folders)),
  );
  const access = (token: string): Access => ({ server: serverOf(port), ca, token });
  const { name } = folders;
  for (const [program, user] of CLIENTS) {
    writeKubeconfig({ path: kubeconfigOf(folders, program), name, user, access: access(tokens[user]) });
  }
  writeSchedulerConfig(folders);
  const client = connect(access(tokens.admin));
  try {
    await bringUp({ client, launched, run, pools, kind, signal });
  } finally {
    client.close();
  }
  signal?.throwIfAborted();
  writeKubeconfig({ path: folders.kubeconfig, name, user: "admin", access: access(tokens.admin) });
  writeState(folders, { ...state, ready: true });
}

const CLIENTS = [
  ["kube-controller-manager", "controllerManager"],
  ["kube-scheduler", "scheduler"],
  ["kwok", "kwok"],
] as const;

async function bringUp(up: {
  client: Client;
  launched: Launched[];
  run: ProgramOptions;
  pools: readonly NodePoolShape[];
  kind: ClusterConfig["kind"];
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { client, launched, run, pools, kind, signal } = up;
  const waiting = (what: string) => ({ what, launched, signal, timeoutMs: TIMEOUT_MS });
  await waitUntil(waiting("The API server"), () => isReady(client));
  for (const program of ["kube-controller-manager", "kube-scheduler"] as const) {
    launched.push(launch(program, run));
  }
  await createBaseObjects(client, kind);
  await reconcileNodes(client, pools);
  launched.push(launch("kwok", run)); // only now: what it may not read yet it would ask for again a second later
  await waitUntil(waiting("The simulated nodes"), () => nodesReady(client));
  await waitUntil(waiting("The controller manager"), () => hasServiceAccount(client));
}

/** `true` if the API server says that it is ready, else undefined. */
export async function isReady(client: Client): Promise<true | undefined> {
  return (await client.call({ path: "/readyz" })) === "ok" ? true : undefined;
}

/** `true` when every node takes pods, else undefined. */
export async function nodesReady(client: Client): Promise<true | undefined> {
  const { items } = await client.call<{ items: NodeObject[] }>({ path: "/api/v1/nodes" });
  return items.every(isSchedulable) ? true : undefined;
}

/** No pod can be created before its namespace's service account. */
async function hasServiceAccount(client: Client): Promise<true | undefined> {
  try {
    await client.call({ path: "/api/v1/namespaces/default/serviceaccounts/default" });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** A client of a control plane that was started before, as its administrator; undefined if it cannot be one. */
export function reconnect(folders: Folders): Client | undefined {
  const state = readState(folders);
  const ca = readCertificate(folders);
  if (!state?.ready || !ca) return undefined;
  return connect({ server: serverOf(state.port), ca, token: readToken(folders, "admin") });
}

/** URL of the API server. */
export function serverOf(port: number): string {
  return `https://127.0.0.1:${String(port)}`;
}
