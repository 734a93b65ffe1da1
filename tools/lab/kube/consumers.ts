import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";

import type { Environment } from "../../../environment";
import type { Report } from "../../ground/terminal/report";
import { compile } from "./compile";
import { runGo } from "./go";
import { checkGo, explain, onFullDisk } from "./goFailure";
import { takeToolchainLibraries, toolchainLibraries } from "./libraries";
import { withLock } from "../../ground/terminal/lock";
import { MODULE_DIR, parsePins } from "./tools";

interface Consumer {
  /** Folder beside this file: a go.mod and a go.sum that pin the module alone, and in `added` what its release lacks. */
  readonly folder: string;
  readonly module: string;
  /** Folder of its `main` in the module. */
  readonly main: string;
  /** Built with the toolchain's libraries, which are compiled already: its own would take two minutes of a CPU. */
  readonly toolchainLibraries?: true;
}

/** The store of logs and its collector. */
const VICTORIA_LOGS = { folder: "victoriaLogs", module: "github.com/VictoriaMetrics/VictoriaLogs" } as const;

/** Programs that read what we render or write, in the order in which they are built. Only tests start them. */
const CONSUMERS = {
  actionlint: { folder: "actionlint", module: "github.com/rhysd/actionlint", main: "./cmd/actionlint" },
  coredns: { folder: "coredns", module: "github.com/coredns/coredns", main: "." },
  pebble: { folder: "pebble", module: "github.com/letsencrypt/pebble/v2", main: "./cmd/pebble" },
  traefik: { folder: "traefik", module: "github.com/traefik/traefik/v3", main: "./cmd/traefik" },
  "cert-manager": {
    folder: "certManager",
    module: "github.com/cert-manager/cert-manager",
    main: "./cmd/controller",
  },
  "fake-gcs-server": { folder: "fakeGcs", module: "github.com/fsouza/fake-gcs-server", main: "." },
  versitygw: { folder: "versitygw", module: "github.com/versity/versitygw", main: "./cmd/versitygw" },
  restic: { folder: "restic", module: "github.com/restic/restic", main: "./cmd/restic" },
  "victoria-logs": { ...VICTORIA_LOGS, main: "./app/victoria-logs" },
  vlagent: { ...VICTORIA_LOGS, main: "./app/vlagent" },
  /** Of it, the controller of network policies, which K3s has built in and builds with the libraries of its own Kubernetes. */
  "kube-router": {
    folder: "kubeRouter",
    module: "github.com/cloudnativelabs/kube-router/v2",
    main: "./cmd/netpol",
    toolchainLibraries: true,
  },
} as const satisfies Readonly<Record<string, Consumer>>;

export type ConsumerName = keyof typeof CONSUMERS;

export const CONSUMER_NAMES = Object.keys(CONSUMERS) as ConsumerName[];

const FLAGS = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"];

/** Where a consumer is, once it is built. A change of its pin, or of what is added to it, gives another path. */
export function consumerPath(name: ConsumerName, { cache }: Pick<Environment, "cache">): string {
  const folder = folderOf(name);
  const hash = createHash("sha256").update(
    JSON.stringify([FLAGS, CONSUMERS[name], process.platform, process.arch]),
  );
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (statSync(join(folder, file)).isFile()) {
      hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
    }
  }
  if (consumer(name).toolchainLibraries) hash.update(toolchainLibraries().goMod);
  return join(cache, "consumers", hash.digest("hex").slice(0, 16), name);
}

/** The version of a consumer's module that is pinned: "v3.7.9". */
export function consumerVersion(name: ConsumerName): string {
  return pinsOf(name).modules.get(CONSUMERS[name].module) ?? "";
}

/**
 * Builds the consumers that are not in the cache folder yet, each from the release of its module as its makers pinned it.
 * Needs what `ensureToolchain` needs, and throws the same Failures.
 */
export async function ensureConsumers(options: {
  readonly environment: Environment;
  readonly report: Report;
  readonly only?: readonly ConsumerName[];
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const { environment, report, only = CONSUMER_NAMES, signal } = options;
  const root = join(environment.cache, "consumers");
  const missing = (): ConsumerName[] =>
    CONSUMER_NAMES.filter((name) => only.includes(name) && !existsSync(consumerPath(name, environment)));
  if (missing().length === 0) return;
  for (const name of missing()) await checkGo(pinsOf(name).go);
  await onFullDisk(environment.cache, () => {
    const lock = { path: join(root, "build.lock"), busyWith: "builds programs for tests", report, signal };
    return withLock(lock, async () => {
      const names = missing(); // again: another process may just have built them
      for (const [index, name] of names.entries()) {
        const label = `${name} ${consumerVersion(name)} (${String(index + 1)} of ${String(names.length)})`;
        await build(name, { ...options, root, label });
      }
      removeOthers(root, environment);
    });
  });
}

interface Build {
  readonly environment: Environment;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
  readonly root: string;
  readonly label: string;
}

async function build(name: ConsumerName, { environment, root, ...rest }: Build): Promise<void> {
  const program = consumerPath(name, environment);
  const work = join(root, "unfinished");
  const source = join(work, "source");
  const log = join(root, "build.log");
  rmSync(work, { recursive: true, force: true }); // what an earlier build left when it was killed
  mkdirSync(source, { recursive: true });
  mkdirSync(join(program, ".."), { recursive: true });
  try {
    const args = ["mod", "download", "-json", CONSUMERS[name].module];
    const { code, output } = await runGo({ args, env: {}, cwd: folderOf(name), signal: rest.signal });
    rest.signal?.throwIfAborted();
    if (code !== 0) throw await explain({ tool: name, output, cache: environment.cache, log });
    copyWritable((JSON.parse(output) as { Dir: string }).Dir, source);
    const added = join(folderOf(name), "added");
    if (existsSync(added)) cpSync(added, source, { recursive: true });
    const { main, toolchainLibraries: shared } = consumer(name);
    if (shared) takeToolchainLibraries(source, readFileSync(join(folderOf(name), "go.sum"), "utf8"));
    await compile({
      ...rest,
      package: main,
      cwd: source,
      // so that Go settles the versions of both
      flags: shared ? ["-mod=mod", ...FLAGS.slice(1)] : FLAGS,
      program,
      work,
      cache: environment.cache,
      log,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Go's module cache is read-only, and so would be what is copied from it. */
function copyWritable(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  for (const file of ["", ...readdirSync(to, { recursive: true, encoding: "utf8" })]) {
    const path = join(to, file);
    chmodSync(path, statSync(path).mode | 0o200);
  }
}

/** Removes programs of other pins, once these are complete. */
function removeOthers(root: string, environment: Environment): void {
  const paths = CONSUMER_NAMES.map((name) => consumerPath(name, environment));
  if (!paths.every((path) => existsSync(path))) return;
  for (const folder of readdirSync(root)) {
    const kept = paths.some((path) => path.startsWith(join(root, folder, "/")));
    if (/^[0-9a-f]{16}$/.test(folder) && !kept) rmSync(join(root, folder), { recursive: true });
  }
  rmSync(join(root, "build.log"), { force: true });
}

function consumer(name: ConsumerName): Consumer {
  return CONSUMERS[name];
}

function folderOf(name: ConsumerName): string {
  return join(MODULE_DIR, CONSUMERS[name].folder);
}

function pinsOf(name: ConsumerName): ReturnType<typeof parsePins> {
  return parsePins(readFileSync(join(folderOf(name), "go.mod"), "utf8"));
}
