import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../../environment";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { consumerPath } from "../../tools/lab/kube/consumers";
import { Contained } from "./contained";
import type { KubeletLogs } from "./kubeletLogs";
import { containerArgs, workload } from "./logs";
import type { Rendered } from "./metaChart";

/** Whom the images of both programs run as, where the chart does not say root. */
const NOBODY = 65534;

/** An address of this machine that is not loopback: an API server leads to no other. `undefined`: there is none. */
export const ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === "IPv4" && !one.internal)?.address;

/** Waits until a value is as wanted. Throws with the last one after a minute, or another time in milliseconds. */
export async function until<T>(
  ask: () => Promise<T> | T,
  isSo: (value: T) => boolean,
  patience = 60_000,
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const value = await ask();
    if (isSo(value)) return value;
    if (performance.now() > end) throw new Error(`waited in vain; last: ${JSON.stringify(value)}`);
    await sleep(100);
  }
}

/** The store with its rendered arguments, in a folder that stays when it ends. */
export class LogStore {
  private running: Contained | undefined;
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly objects: readonly Rendered[],
    readonly data: string,
  ) {}

  /** Starts it. `data`: its volume, if not a new folder. */
  static async start(
    folder: string,
    objects: readonly Rendered[],
    data = join(folder, "data"),
  ): Promise<LogStore> {
    if (!existsSync(data)) mkdirSync(data, { recursive: true });
    chownSync(data, NOBODY, NOBODY);
    const store = new LogStore(await freePort(), folder, objects, data);
    await store.again();
    return store;
  }

  get url(): string {
    return `http://${ADDRESS ?? ""}:${String(this.port)}`;
  }

  get log(): string {
    return this.running?.log ?? "";
  }

  /** Starts it again, with `more` arguments in place of rendered ones of these names. */
  async again(...more: readonly string[]): Promise<void> {
    const given = new Set(more.map((arg) => arg.split("=")[0]));
    const args = containerArgs(workload(this.objects, "store")).filter(
      (arg) => !given.has(arg.split("=")[0]),
    );
    const all = [...args.map((arg) => arg.replace("=/data", "=/mnt/data")), ...more];
    this.running = Contained.start(this.folder, {
      ...{ program: programIn(this.folder, "victoria-logs"), hostname: "log-store-0", env: {} },
      ...{ user: NOBODY, group: NOBODY, mounts: { "/mnt/data": this.data } },
      args: [...all, `-httpListenAddr=${ADDRESS ?? ""}:${String(this.port)}`],
    });
    await until(
      () =>
        fetch(`${this.url}/health`).then(
          ({ ok }) => ok,
          () => this.log.slice(-500),
        ),
      (answer) => answer === true,
    );
  }

  /** The lines that a query finds. */
  async ask(query: string): Promise<Record<string, string>[]> {
    const answer = await fetch(
      `${this.url}/select/logsql/query?${new URLSearchParams({ query }).toString()}`,
    );
    const text = await answer.text();
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, string>);
  }

  /** A metric of it. */
  async metric(name: string): Promise<number> {
    return metricIn(await (await fetch(`${this.url}/metrics`)).text(), name);
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGKILL"): Promise<void> {
    await this.running?.stop(signal);
  }

  /** What another one says, and how it ends, on the same volume. */
  async second(): Promise<string> {
    const args = ["-storageDataPath=/mnt/data", `-httpListenAddr=127.0.0.1:${String(await freePort())}`];
    const other = Contained.start(this.folder, {
      ...{ program: programIn(this.folder, "victoria-logs"), hostname: "log-store-1", env: {}, args },
      ...{ user: NOBODY, group: NOBODY, mounts: { "/mnt/data": this.data } },
    });
    await Promise.race([other.ended, sleep(20_000, undefined, { ref: false })]);
    await other.stop("SIGKILL");
    return other.log;
  }
}

/** What the collector is told of its cluster: the API server's URL, and the folder with token, ca.crt and namespace. */
export interface CollectorAccess {
  readonly server: string;
  readonly secrets: string;
  /** Name of its pod, by which it finds out on which node it is. */
  readonly pod: string;
}

/** The collector with its rendered arguments and rights, on a node's files. */
export async function startCollector(
  folder: string,
  objects: readonly Rendered[],
  logs: KubeletLogs,
  store: LogStore,
  access: CollectorAccess,
): Promise<Contained & { readonly metricsUrl: string }> {
  const state = join(folder, "collector");
  mkdirSync(state, { recursive: true });
  const { hostname, port } = new URL(access.server);
  const listen = `127.0.0.1:${String(await freePort())}`;
  const args = containerArgs(workload(objects, "collector")).map((arg) =>
    arg.replace("=/state", "=/mnt/state").replace("http://log-store:9428", store.url),
  );
  const spec = workload(objects, "collector").spec?.template?.spec as unknown as {
    securityContext: { runAsUser: number; runAsGroup: number };
  };
  const collector = Contained.start(folder, {
    ...{
      program: programIn(folder, "vlagent"),
      args: [...args, `-httpListenAddr=${listen}`],
      hostname: access.pod,
    },
    ...{ user: spec.securityContext.runAsUser, group: spec.securityContext.runAsGroup },
    mounts: {
      "/var/log/containers": logs.containers,
      "/var/log/pods": logs.pods,
      "/mnt/state": state,
      "/run/secrets/kubernetes.io/serviceaccount": access.secrets,
    },
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
  });
  await until(
    () => collector.log,
    (log) => log.includes("started Kubernetes log collector"),
  );
  return Object.assign(collector, { metricsUrl: `http://${listen}/metrics` });
}

/** A metric of a program's page, summed over its labels; 0 where it is not on it. */
export function metricIn(page: string, name: string): number {
  return page
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

/** A copy that everybody may run: the cache is its owner's alone. */
function programIn(folder: string, name: "victoria-logs" | "vlagent"): string {
  const path = join(folder, name);
  if (!existsSync(path)) {
    copyFileSync(consumerPath(name, environment()), path);
    chmodSync(path, 0o755);
  }
  return path;
}
