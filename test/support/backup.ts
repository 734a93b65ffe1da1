import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../../environment";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { consumerPath } from "../../tools/lab/kube/consumers";
import type { Container, Rendered } from "./metaChart";

/* What a kubelet does with the pods of backups, in folders of this machine and as the user that the pod names. */

/** versitygw on loopback: an S3 server whose buckets are folders. */
export class S3 {
  private constructor(
    readonly url: string,
    /** Folder of the buckets. */
    readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(accessKey: string, secretKey: string): Promise<S3> {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-s3-"));
    const port = await freePort();
    const keys = ["--access", accessKey, "--secret", secretKey];
    const child = spawn(
      consumerPath("versitygw", environment()),
      [...keys, "--port", `127.0.0.1:${String(port)}`, "--quiet", "posix", folder],
      { stdio: "ignore" },
    );
    const server = new S3(`http://127.0.0.1:${String(port)}`, folder, child);
    for (let tries = 0; tries < 400; tries += 1) {
      if (await fetch(server.url).catch(() => undefined)) return server;
      await sleep(50);
    }
    await server.stop();
    throw new Error("versitygw does not answer");
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    if (this.child.exitCode === null) {
      this.child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** PostgreSQL on loopback, as a user of its own, which it insists on. */
export class Postgres {
  private constructor(
    readonly port: number,
    readonly password: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(bin: string, password: string): Promise<Postgres> {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-pg-"));
    writeFileSync(join(folder, "password"), password);
    const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    if (as.uid !== undefined) {
      for (const path of [folder, join(folder, "password")]) chownSync(path, NOBODY, NOBODY);
    }
    const data = join(folder, "data");
    const made = spawnSync(
      join(bin, "initdb"),
      [
        "--pgdata",
        data,
        "--username",
        "postgres",
        "--pwfile",
        join(folder, "password"),
        "--auth",
        "scram-sha-256",
        "--no-sync",
      ],
      { ...as, cwd: folder, encoding: "utf8" },
    );
    if (made.status !== 0) throw new Error(made.stderr);
    const port = await freePort();
    const settings = { port, listen_addresses: "127.0.0.1", unix_socket_directories: folder, fsync: "off" };
    const child = spawn(
      join(bin, "postgres"),
      [
        "-D",
        data,
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${String(value)}`]),
      ],
      { ...as, cwd: folder, stdio: "ignore" },
    );
    const server = new Postgres(port, password, folder, child);
    for (let tries = 0; tries < 200; tries += 1) {
      if (server.ask("postgres", "SELECT 1").status === 0) return server;
      await sleep(100);
    }
    await server.stop();
    throw new Error("postgres does not answer");
  }

  ask(database: string, sql: string): { status: number | null; text: string } {
    const { status, stdout, stderr } = spawnSync("psql", ["-At", "-c", sql, database], {
      env: { ...process.env, ...this.environment },
      encoding: "utf8",
    });
    return { status, text: status === 0 ? stdout.trim() : stderr.trim() };
  }

  get environment(): Record<string, string> {
    return { PGHOST: "127.0.0.1", PGPORT: String(this.port), PGUSER: "postgres", PGPASSWORD: this.password };
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    if (this.child.exitCode === null) {
      this.child.kill("SIGINT");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const NOBODY = 65534;

interface Pod {
  readonly securityContext: { readonly runAsUser: number };
  readonly initContainers?: readonly Started[];
  readonly containers: readonly Started[];
}
interface Started extends Container {
  readonly command: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
  }[];
}

export interface PodRun {
  readonly code: number | null;
  /** What its containers said, up to the one that failed. */
  readonly text: string;
}

/** Runs the pods of a rendered chart's CronJobs, each with its own work folder, on one volume. */
export class PodRunner {
  readonly folder = mkdtempSync(join(tmpdir(), "mybinder-backup-"));
  readonly volume = join(this.folder, "volume");
  private runs = 0;

  constructor(private readonly objects: readonly Rendered[]) {
    chmodSync(this.folder, 0o755);
    for (const name of ["srv", "bin", "volume"]) mkdirSync(join(this.folder, name));
    for (const [file, text] of Object.entries(this.object("ConfigMap", "backup").data ?? {})) {
      writeFileSync(join(this.folder, "srv", file), text);
    }
    // other users may not look into the folder of the cache
    copyFileSync(consumerPath("restic", environment()), join(this.folder, "bin", "restic"));
    chmodSync(join(this.folder, "bin", "restic"), 0o755);
  }

  /** The user that a CronJob's pod runs as, where this machine lets us be somebody else. */
  userOf(cronJob: string): { uid?: number; gid?: number } {
    const { runAsUser } = this.podOf(cronJob).securityContext;
    return process.getuid?.() === 0 ? { uid: runAsUser, gid: runAsUser } : {};
  }

  /** `env`: over the containers' own. `secrets`: over those of Secret `backup`. */
  async run(
    cronJob: string,
    env: Readonly<Record<string, string>> = {},
    { secrets = {}, work }: { secrets?: Readonly<Record<string, string>>; work?: string } = {},
  ): Promise<PodRun> {
    let text = "";
    const { initContainers = [], containers } = this.podOf(cronJob);
    const place = this.place(cronJob, secrets, work);
    for (const container of [...initContainers, ...containers]) {
      const child = this.start(this.userOf(cronJob), container, place, env, secrets);
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (part: Buffer) => (text += String(part)));
      }
      const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
      if (code !== 0) return { code, text };
    }
    return { code: 0, text };
  }

  /** Starts the pod's container of that name alone, in a process group of its own, for a test to kill. */
  startOne(
    cronJob: string,
    name: string,
    work: string,
    env: Readonly<Record<string, string>>,
    wrapper: readonly string[],
  ): ChildProcess {
    const { initContainers = [], containers } = this.podOf(cronJob);
    const container = [...initContainers, ...containers].find((one) => one.name === name);
    if (!container) throw new Error(`${cronJob} has no container ${name}`);
    const command = [...wrapper, ...container.command];
    const as = wrapper.length > 0 ? {} : this.userOf(cronJob);
    return this.start(as, { ...container, command }, this.place(cronJob, {}, work), env, {});
  }

  podOf(cronJob: string): Pod {
    const { jobTemplate } = this.object("CronJob", cronJob).spec as unknown as {
      jobTemplate: { spec: { template: { spec: Pod } } };
    };
    return jobTemplate.spec.template.spec;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private place(
    cronJob: string,
    secrets: Readonly<Record<string, string>>,
    work?: string,
  ): Record<string, string> {
    const folder = join(this.folder, `run-${String(++this.runs)}`);
    const { uid = -1, gid = -1 } = this.userOf(cronJob);
    const mounts = {
      work: work ?? join(folder, "work"),
      temporary: join(folder, "tmp"),
      password: join(folder, "etc"),
    };
    for (const path of Object.values(mounts)) {
      mkdirSync(path, { recursive: true });
      if (uid !== -1) chownSync(path, uid, gid);
    }
    writeFileSync(
      join(mounts.password, "password"),
      secrets["password"] ?? this.secret("backup", "password"),
    );
    return mounts;
  }

  private start(
    as: { readonly uid?: number; readonly gid?: number },
    { command, env = [] }: Started,
    mounts: Readonly<Record<string, string>>,
    over: Readonly<Record<string, string>>,
    secrets: Readonly<Record<string, string>>,
  ): ChildProcess {
    const local = (text: string): string =>
      text
        .replace(/^\/srv\//, `${join(this.folder, "srv")}/`)
        .replace(/^\/volume\//, `${this.volume}/`)
        .replace(/^\/work\//, `${mounts["work"] ?? ""}/`)
        .replace(/^\/etc\/backup\//, `${mounts["password"] ?? ""}/`)
        .replace(/^python3$/, "/usr/bin/python3");
    const own = env.map(({ name, value, valueFrom }) => {
      const { name: from = "", key = "" } = valueFrom?.secretKeyRef ?? {};
      return [name, value === undefined ? (secrets[key] ?? this.secret(from, key)) : local(value)];
    });
    const [program = "", ...args] = command.map(local);
    return spawn(program, args, {
      ...as,
      detached: true,
      cwd: mounts["temporary"],
      env: {
        PATH: `${join(this.folder, "bin")}:/usr/bin:/bin`,
        TMPDIR: mounts["temporary"],
        LOCK_PATIENCE: "2s",
        SETTLE: "0",
        ...(Object.fromEntries(own) as Record<string, string>),
        ...over,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  private secret(name: string, key: string): string {
    const { data = {}, stringData = {} } = this.object("Secret", name) as Rendered & {
      stringData?: Record<string, string>;
    };
    return stringData[key] ?? Buffer.from(data[key] ?? "", "base64").toString();
  }

  private object(kind: string, name: string): Rendered {
    const found = this.objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }
}
