// Proves: the containers of the rendered CronJobs, their commands run as their users with the restic of the image's version and
// Debian's Python and PostgreSQL, save and restore a hub's and Harbor's database through an S3 server (versitygw), and that each
// thing that goes wrong ends in one message. Does not prove: that a kubelet mounts the volumes, and that the images hold what
// their names say (no registry can be asked here).
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { snapshotsIn } from "../../tools/operate/backups/snapshots";
import { ROOT } from "../../tools/ground/root";
import { consumerVersion } from "../../tools/lab/kube/consumers";
import { PodRunner, Postgres, S3 } from "../support/backup";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, type Rendered } from "../support/metaChart";
import { requireConsumers, requireReal } from "../support/real";

const here = [requireConsumers("restic", "versitygw"), requireReal("pg_dump", "postgresql")].every(Boolean);
const describeHere = here ? describe : describe.skip;
const PG = "/usr/lib/postgresql";
const root = process.getuid?.() === 0;

jest.setTimeout(120_000);

let chart: AssembledChart;
let objects: Rendered[];
let s3: S3;
let pods: PodRunner;
let postgres: Postgres;

beforeAll(async () => {
  chart = await AssembledChart.create();
  objects = await chart.render("backup");
  if (!here) return;
  s3 = await S3.start("example-access", "example-secret");
  pods = new PodRunner(await chart.render("backup", `backup.s3.endpoint=${s3.url}`));
  postgres = await Postgres.start(join(PG, readdirSync(PG).at(-1) ?? "", "bin"), "changeit");
}, HELM_BUILD_MS);
afterAll(async () => {
  chart.remove();
  if (!here) return;
  pods.remove();
  await s3.stop();
  await postgres.stop();
});

const HUB = "jupyterhub.sqlite";
const live = (): string => join(pods.volume, HUB);
/** Runs SQL on the hub's database as its user. */
function sql(statements: string): string {
  const { stdout, stderr, status } = spawnSync(
    "/usr/bin/python3",
    [
      "-c",
      "import sqlite3,sys\nd=sqlite3.connect(sys.argv[1],timeout=30)\nfor s in sys.argv[2].split(';'): print(d.execute(s).fetchall())\nd.commit()",
      live(),
      statements,
    ],
    { ...pods.userOf("backup-hub"), encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
function newVolume(): void {
  rmSync(pods.volume, { recursive: true, force: true });
  mkdirSync(pods.volume);
  const { uid, gid } = pods.userOf("backup-hub");
  if (uid !== undefined && gid !== undefined) chownSync(pods.volume, uid, gid);
  sql("CREATE TABLE users(name); CREATE TABLE servers(name); INSERT INTO users VALUES('marker-of-a-user')");
}
const folder = (name: string): string => join(pods.folder, `${name}-${String(Math.random()).slice(2)}`);
/** A folder in the bucket of which only the hub's part is asked for. */
const repository = (name: string): Record<string, string> => ({
  RESTIC_REPOSITORY: `s3:${s3.url}/${name}`,
  VOLUMES: "hub",
});

describe("what is rendered", () => {
  const jobs = (all: readonly Rendered[]): string[] =>
    all.filter(({ kind, own }) => kind === "CronJob" && own).map(({ metadata }) => metadata.name);

  test("each volume is saved and can be restored; what is started by hand never starts by itself", () => {
    const volumes = ["grafana", "harbor", "hub"];
    const expected = [
      ...volumes.flatMap((name) => [`backup-${name}`, `restore-${name}`]),
      "backup-check",
      "backup-list",
    ];
    const found = jobs(objects).filter((name) => /^(backup|restore)-/.test(name));
    expect(found.sort()).toEqual(expected.sort());
    const suspended = objects.filter(({ kind, spec }) => kind === "CronJob" && spec?.["suspend"] === true);
    expect(suspended.map(({ metadata }) => metadata.name).sort()).toEqual(
      ["backup-list", ...volumes.map((name) => `restore-${name}`)].sort(),
    );
  });

  test("a restore waits for the program that has the volume to be gone, a backup runs beside it", async () => {
    const objects = await chart.render("backup");
    const affinityOf = (job: string): unknown =>
      (
        objects.find(({ kind, metadata }) => kind === "CronJob" && metadata.name === job)?.spec?.[
          "jobTemplate"
        ] as {
          spec: { template: { spec: { affinity?: unknown } } };
        }
      ).spec.template.spec.affinity;
    for (const volume of ["hub", "grafana"]) {
      const { podAffinity } = affinityOf(`backup-${volume}`) as { podAffinity: object };
      expect(podAffinity).toBeDefined();
      // on that node, and on none: test/cluster/backups.test.ts has Kubernetes' scheduler decide
      const anywhere = JSON.stringify(podAffinity).replace("kubernetes.io/hostname", "kubernetes.io/os");
      expect(affinityOf(`restore-${volume}`)).toEqual({ podAntiAffinity: JSON.parse(anywhere) as object });
    }
  });

  test("what a stack does not have is not backed up, and without a bucket nothing is", async () => {
    const without = await chart.render("backup", "harbor.enabled=false", "grafana.persistence.enabled=false");
    expect(jobs(without).filter((name) => name.startsWith("restore-"))).toEqual(["restore-hub"]);
    expect(jobs(await chart.render("default-member")).filter((name) => name.startsWith("backup-"))).toEqual(
      [],
    );
    const { code, stderr } = await chart.template("backup", "backup.keys.password=");
    expect([code, stderr]).toEqual([1, expect.stringContaining("backup.keys.password: not set")]);
  });

  test("the restic that is tested is the one that is deployed, and Harbor's programs are those of its chart", () => {
    const { backup } = parse(readFileSync(join(ROOT, "charts", "mybinder", "values.yaml"), "utf8")) as {
      backup: { image: { tag: string }; postgresImage: { tag: string } };
    };
    expect(`v${backup.image.tag}`).toBe(consumerVersion("restic"));
    const harbor = parse(readFileSync(join(ROOT, "test", "charts", "harbor", "Chart.yaml"), "utf8")) as {
      appVersion: string;
    };
    expect(backup.postgresImage.tag).toBe(`v${harbor.appVersion}`);
  });
});

describeHere("the hub's database", () => {
  test("is saved whole while it is written, encrypted; and is restored with its owner, once nobody uses it", async () => {
    newVolume();
    // each transaction adds to both tables: a copy from between two writes has them differ
    const writer = spawn(
      "/usr/bin/python3",
      [
        "-c",
        "import sqlite3,sys\nd=sqlite3.connect(sys.argv[1],timeout=30)\nwhile True:\n  d.execute('INSERT INTO users VALUES(1)')\n  d.execute('INSERT INTO servers VALUES(1)')\n  d.commit()",
        live(),
      ],
      { ...pods.userOf("backup-hub"), stdio: "ignore" },
    );
    const saved = await pods.run("backup-hub");
    expect(saved).toMatchObject({ code: 0 });
    expect(saved.text).toMatch(
      /copied .*: \d+ bytes, whole\n.*created a repository.*\nsaved hub of example: \d+ bytes/s,
    );
    writer.kill("SIGKILL");
    await once(writer, "close");
    // between two transactions there is nothing to see; the scheduler keeps the pods apart
    const holder = spawn(
      "/usr/bin/python3",
      [
        "-c",
        "import sqlite3,sys,time\nd=sqlite3.connect(sys.argv[1],timeout=30)\nd.execute('INSERT INTO users VALUES(1)')\nprint('holds',flush=True)\ntime.sleep(600)",
        live(),
      ],
      { ...pods.userOf("backup-hub"), stdio: ["ignore", "pipe", "inherit"] },
    );
    await once(holder.stdout, "data");
    const used = await pods.run("restore-hub");
    holder.kill("SIGKILL");
    await once(holder, "close");
    expect(used).toMatchObject({
      code: 1,
      text: expect.stringContaining("it is in use: scale its program to 0 first") as unknown,
    });

    const before = sql("SELECT count(*) FROM users");
    const restored = await pods.run("restore-hub");
    expect(restored).toMatchObject({ code: 0 });
    const [[users], [servers]] = sql("SELECT count(*) FROM users; SELECT count(*) FROM servers")
      .trim()
      .split("\n")
      .map((line) => /\d+/.exec(line)?.map(Number) ?? []) as [[number], [number]];
    expect(users - 1).toBe(servers);
    expect(users).toBeGreaterThan(0);
    expect(before).not.toBe("");
    expect(existsSync(`${live()}.before-restore`)).toBe(true);
    expect(readdirSync(pods.volume).filter((name) => /-(journal|wal|shm)$/.test(name))).toEqual([]);
    if (root) expect(statSync(live())).toMatchObject({ uid: 1000, gid: 1000 });

    const stored = spawnSync("grep", ["-rl", "marker-of-a-user", s3.folder], { encoding: "utf8" });
    expect(stored.stdout).toBe("");
  });

  test("whose last changes are in its log alone, as a program may choose, is saved with them", async () => {
    newVolume();
    sql("PRAGMA journal_mode=WAL");
    // while somebody has it open, nothing moves from the log into the file
    const reader = spawn(
      "/usr/bin/python3",
      [
        "-c",
        "import sqlite3,sys\nd=sqlite3.connect(sys.argv[1])\nd.execute('SELECT * FROM users').fetchall()\nprint(1,flush=True)\nsys.stdin.read()",
        live(),
      ],
      { ...pods.userOf("backup-hub"), stdio: ["pipe", "pipe", "ignore"] },
    );
    await once(reader.stdout, "data");
    sql("INSERT INTO users VALUES('in the log')");
    expect(statSync(`${live()}-wal`).size).toBeGreaterThan(0);
    const at = repository("example-backups/log");
    expect(await pods.run("backup-hub", at)).toMatchObject({ code: 0 });
    reader.stdin.end();
    await once(reader, "close");
    newVolume();
    expect(await pods.run("restore-hub", at)).toMatchObject({ code: 0 });
    expect(sql("SELECT count(*) FROM users")).toBe("[(2,)]\n");
  });

  test("of a hub that is gone with its volume is restored from nothing, from an older backup if need be", async () => {
    newVolume();
    const at = repository("example-backups/older");
    expect(await pods.run("backup-hub", { ...at, KEEP: "--keep-last 2" })).toMatchObject({ code: 0 });
    sql("INSERT INTO users VALUES('newer')");
    expect(await pods.run("backup-hub", { ...at, KEEP: "--keep-last 2" })).toMatchObject({ code: 0 });
    const listed = snapshotsIn((await pods.run("backup-list", { ...at, AS_JSON: "yes" })).text, new Date());
    const { text } = await pods.run("backup-list", at);
    const ids = [...text.matchAll(/^([0-9a-f]{8}) /gm)].map(([, id = ""]) => id);
    expect(ids).toHaveLength(2);
    expect(listed.map(({ id, backup }) => [id, backup])).toEqual([...ids].reverse().map((id) => [id, "hub"]));
    expect(listed[0]?.bytes).toBe(statSync(live()).size);
    expect(listed[0]?.ageHours).toBeLessThan(0.1);
    rmSync(live());
    expect(await pods.run("restore-hub", at)).toMatchObject({ code: 0 });
    expect(sql("SELECT count(*) FROM users")).toBe("[(2,)]\n");
    expect(await pods.run("restore-hub", { ...at, SNAPSHOT: ids[0] ?? "" })).toMatchObject({ code: 0 });
    expect(sql("SELECT count(*) FROM users")).toBe("[(1,)]\n");
    // of the same day, the rendered policy keeps the last, and the first of all while it has not seen as many days
    expect(await pods.run("backup-hub", at)).toMatchObject({ code: 0 });
    const kept = (await pods.run("backup-list", at)).text;
    expect(kept).toContain("2 snapshots");
    expect(kept).not.toContain(ids[1]);
    expect(await pods.run("backup-check", at)).toMatchObject({
      code: 0,
      text: expect.stringContaining("every backup can be read") as unknown,
    });
  });

  test("that is damaged is not saved, and a damaged backup is not restored", async () => {
    newVolume();
    sql("CREATE TABLE big(text); INSERT INTO big SELECT hex(randomblob(9000)) FROM (VALUES(1),(2),(3),(4))");
    const bytes = readFileSync(live());
    bytes.fill(0x55, 8192, 16384);
    writeFileSync(live(), bytes);
    const saved = await pods.run("backup-hub", repository("example-backups/damaged"));
    expect(saved).toMatchObject({ code: 1 });
    expect(saved.text).toMatch(/^copy .*jupyterhub\.sqlite to .*: .*(damaged|malformed)/);
    expect(existsSync(join(s3.folder, "example-backups", "damaged"))).toBe(false);
  });
});

describeHere("Harbor's database", () => {
  const database = (): Record<string, string> => ({ ...postgres.environment, PGPASSWORD: "changeit" });

  test("is saved while it is used, and is restored all at once, once nobody uses it", async () => {
    postgres.ask("postgres", "CREATE DATABASE registry");
    postgres.ask(
      "registry",
      "CREATE TABLE project(name text PRIMARY KEY); INSERT INTO project VALUES ('builds')",
    );
    expect(await pods.run("backup-harbor", database())).toMatchObject({
      code: 0,
      text: expect.stringMatching(
        /copied database registry: \d+ bytes, whole\n.*saved harbor of example/s,
      ) as unknown,
    });
    postgres.ask("registry", "DELETE FROM project; CREATE TABLE later(x int)");
    const client = spawn("psql", ["registry"], {
      env: { ...process.env, ...database() },
      stdio: ["pipe", "ignore", "ignore"],
    });
    while (
      postgres.ask("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname='registry'").text !== "1"
    );
    expect(await pods.run("restore-harbor", database())).toMatchObject({
      code: 1,
      text: expect.stringContaining(
        "failed: 1 connections use database registry: scale its programs to 0 first",
      ) as unknown,
    });
    client.stdin.end("\\q\n");
    await once(client, "close");
    expect(await pods.run("restore-harbor", database())).toMatchObject({ code: 0 });
    expect(postgres.ask("registry", "SELECT name FROM project").text).toBe("builds");
  });

  test("whose password is another one is not saved, and the password is not said", async () => {
    const { code, text } = await pods.run("backup-harbor", { ...database(), PGPASSWORD: "not-the-password" });
    expect(code).not.toBe(0);
    expect(text).toContain('password authentication failed for user "postgres"');
    expect(text).not.toContain("not-the-password");
  });
});

describeHere("all volumes", () => {
  test("whose first backups begin in the same minute are saved, listed, checked and restored, each with its owner", async () => {
    newVolume();
    const grafana = join(pods.volume, "grafana.db");
    copyFileSync(live(), grafana);
    chmodSync(pods.volume, 0o777);
    const { uid, gid } = pods.userOf("backup-grafana");
    if (uid !== undefined && gid !== undefined) chownSync(grafana, uid, gid);
    postgres.ask("postgres", "CREATE DATABASE together");
    postgres.ask("together", "CREATE TABLE project(name text); INSERT INTO project VALUES ('builds')");
    const names = ["grafana", "harbor", "hub"] as const;
    const at = {
      ...postgres.environment,
      ...{ PGDATABASE: "together", RESTIC_REPOSITORY: `s3:${s3.url}/example-backups/together` },
    };
    const saved = await Promise.all(names.map((name) => pods.run(`backup-${name}`, at)));
    expect(saved).toEqual(
      names.map((name) => ({
        code: 0,
        text: expect.stringContaining(`saved ${name} of example`) as unknown,
      })),
    );
    const { text } = await pods.run("backup-list", { ...at, AS_JSON: "yes" });
    expect(snapshotsIn(text, new Date()).map(({ backup }) => backup)).toEqual(names);
    const checked = await pods.run("backup-check", at);
    expect([checked.code, checked.text.match(/every backup can be read/g)]).toEqual([
      0,
      names.map(() => "every backup can be read"),
    ]);

    rmSync(grafana);
    sql("DELETE FROM users");
    postgres.ask("together", "DROP TABLE project");
    const restored = await Promise.all(names.map((name) => pods.run(`restore-${name}`, at)));
    expect(restored.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(postgres.ask("together", "SELECT name FROM project").text).toBe("builds");
    expect(sql("SELECT count(*) FROM users")).toBe("[(1,)]\n");
    expect(readFileSync(grafana)).toEqual(readFileSync(live()));
    if (root) expect([statSync(grafana).uid, statSync(live()).uid]).toEqual([472, 1000]);

    // a part of one backup is cut off: that one is found and not restored, the others are well
    const data = join(s3.folder, "example-backups", "together", "hub", "data");
    const packs = readdirSync(data, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    for (const { parentPath, name } of packs) truncateSync(join(parentPath, name), 40);
    const found = await pods.run("backup-check", at);
    expect([found.code, found.text.match(/\w+(?=: every backup)/g)]).toEqual([1, ["grafana", "harbor"]]);
    expect(found.text).toMatch(/^failed: restic ended with 1: Fatal: /m);
    const before = readFileSync(live());
    expect(await pods.run("restore-hub", at)).toMatchObject({ code: 1 });
    expect(readFileSync(live())).toEqual(before);
  });
});

describeHere("what goes wrong ends in one message", () => {
  const at = (): Record<string, string> => repository("example-backups/wrong");
  const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";

  beforeAll(async () => {
    newVolume();
    expect(await pods.run("backup-hub", at())).toMatchObject({ code: 0 });
  });

  test.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    [
      "another password",
      {},
      { password: "another" },
      /^failed: the password \(secret backupPassword\) is not the one/,
    ],
    [
      "a wrong key of the bucket",
      {},
      { secretKey: "wrong" },
      /^failed: restic ended with 1: Fatal: .*Access Denied/,
    ],
    [
      "an S3 server that is not there",
      { RESTIC_REPOSITORY: "s3:http://127.0.0.1:9/none/none" },
      {},
      /^failed: no answer from s3:.* in 3 s/,
    ],
  ])("%s", async (_, env, secrets, message) => {
    const { code, text } = await pods.run("backup-hub", { ...at(), ...env, PATIENCE: "3" }, { secrets });
    expect(code).toBe(1);
    expect(lastLine(text)).toMatch(message);
    expect(text).not.toMatch(/example-password|example-secret|another\n/);
  });

  test("a bucket without backups, from which one is to be restored", async () => {
    const { code, text } = await pods.run("restore-hub", repository("example-backups/nothing"));
    expect([code, lastLine(text)]).toEqual([
      1,
      expect.stringMatching(/^failed: the bucket has no backups: s3:/),
    ]);
    expect(sql("SELECT count(*) FROM users")).toBe("[(1,)]\n");
  });

  test("a server that refuses without an end is named with its own words", async () => {
    const { text } = await pods.run("backup-list", { ...repository("b/short"), PATIENCE: "2" });
    expect(lastLine(text)).toMatch(/^failed: no answer from s3:.* in 2 s: .*Bucket name cannot be shorter/);
  });

  test("a backup that there is not", async () => {
    const { code, text } = await pods.run("restore-hub", { ...at(), SNAPSHOT: "00000000" });
    expect([code, lastLine(text)]).toEqual([1, expect.stringMatching(/^failed: .*no matching ID found/)]);
  });

  (root ? test : test.skip)("a full disk leaves no half of a copy, and no backup of it", async () => {
    const work = folder("full");
    mkdirSync(work);
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k,mode=777", "tmpfs", work]).status !== 0) return;
    try {
      sql("CREATE TABLE big(text); INSERT INTO big VALUES(hex(randomblob(90000)))");
      const { code, text } = await pods.run("backup-hub", at(), { work });
      expect([code, lastLine(text)]).toEqual([
        1,
        expect.stringMatching(/^copy .*: (database or disk is full|.*I\/O error)/),
      ]);
      expect(readdirSync(work)).toEqual([]);
    } finally {
      spawnSync("umount", [work]);
    }
  });

  /** Kills a save once it holds the lock. */
  async function killed(place: string, wrapper: readonly string[]): Promise<void> {
    const work = folder("killed");
    mkdirSync(work);
    spawnSync("mkfifo", ["-m", "644", join(work, "hub")]);
    const locks = join(s3.folder, "example-backups", place, "hub", "locks");
    // it waits for the content of the pipe
    const save = pods.startOne("backup-hub", "save", work, repository(`example-backups/${place}`), wrapper);
    while (!existsSync(locks) || readdirSync(locks).length === 0) await sleep(50);
    process.kill(-(save.pid ?? 0), "SIGKILL");
    await once(save, "close");
    expect(readdirSync(locks)).toHaveLength(1);
  }

  test("a run that is killed: the next one is not held up by it, and the repository is whole", async () => {
    await killed("wrong", []);
    newVolume();
    expect(await pods.run("backup-hub", at())).toMatchObject({ code: 0 });
    expect(await pods.run("backup-check", at())).toMatchObject({ code: 0 });
  });

  (root ? test : test.skip)(
    "a lock of a pod that may still run: the backup is there, and old ones are not removed",
    async () => {
      await killed("wrong", ["unshare", "--uts", "sh", "-c", 'hostname elsewhere && exec "$@"', "sh"]);
      const { code, text } = await pods.run("backup-hub", at());
      expect([code, lastLine(text)]).toEqual([
        1,
        "failed: another run holds the lock: look at the Jobs backup-*",
      ]);
      expect((await pods.run("backup-list", at())).text).toMatch(/\d snapshots/);
    },
  );
});
