import { apply } from "../../../../apps/harbor-setup/apply";
import { Harbor, Unavailable } from "../../../../apps/harbor-setup/harbor";
import type { Config } from "../../../../apps/harbor-setup/config";
import { Run } from "../../../../apps/harbor-setup/run";
import { FakeHarbor } from "../../../support/harbor/fakeHarbor";

/*
 * The setup against a server that checks every request by Harbor's published description. Does not prove that a real Harbor
 * collects garbage or replicates.
 */

let harbor: FakeHarbor;
let url: string;
let log: string[];
const files: Record<string, string> = {};

beforeEach(async () => {
  harbor = new FakeHarbor();
  url = await harbor.start();
  log = [];
  Object.assign(files, {
    admin: "Right1admin",
    builder: "Builder1secret",
    puller: "Puller1secret",
    far: "Far1secret",
  });
});
afterEach(async () => {
  await harbor.stop();
});

const PROJECT = {
  name: "builds",
  quotaGiB: 15_000,
  keepDays: 30,
  robots: [
    { name: "m-builder", access: "push", secret: "builder" },
    { name: "m-puller", access: "pull", secret: "puller" },
  ],
} as const;

const MIRROR = {
  name: "far",
  url: "https://registry.far.example.org",
  project: "builds",
  username: "robot$builds+mirror-m",
  secret: "far",
};

/** One run with changed settings; gives what it changed. */
async function run(changes: Partial<Config> = {}, pauses: number[] = []): Promise<string[]> {
  const config: Config = {
    url,
    waitSeconds: 0,
    retentionSchedule: "0 0 7 * * 6",
    garbageCollectionSchedule: "0 0 7 * * 0",
    projects: [PROJECT],
    mirrors: [MIRROR],
    ...changes,
  };
  const secrets = (name: string): string => files[name] ?? "";
  const current = new Run(config, secrets, (line) => log.push(line), pauses);
  await apply(current);
  return current.changes;
}

afterEach(() => {
  expect(harbor.violations).toEqual([]);
});

test("a new Harbor gets project, quota, retention, robots, garbage collection and mirror", async () => {
  expect(await run()).toEqual([
    "project builds created",
    "retention of builds created",
    "robot$builds+m-builder created",
    "robot$builds+m-builder got its password",
    "robot$builds+m-puller created",
    "robot$builds+m-puller got its password",
    "garbage collection scheduled: 0 0 7 * * 0",
    "mirror far registered",
    "pushes to far begin",
  ]);
  expect(harbor.projects).toMatchObject([{ name: "builds", metadata: { public: "false" } }]);
  expect(harbor.quotas).toMatchObject([{ hard: { storage: 15_000 * 1024 ** 3 } }]);
  const rules = ["nDaysSinceLastPull", "nDaysSinceLastPush"].map((template) => ({
    template,
    params: { [template]: 30 },
  }));
  expect(harbor.retentions).toMatchObject([{ rules, trigger: { settings: { cron: "0 0 7 * * 6" } } }]);
  const robots = harbor.robots.map(({ name, permissions }) => [
    name,
    JSON.stringify(permissions).match(/pull|push/g),
  ]);
  expect(robots).toEqual([
    ["robot$builds+m-builder", ["pull", "push"]],
    ["robot$builds+m-puller", ["pull"]],
  ]);
  expect(harbor.passwords.get("robot$builds+m-builder")).toBe("Builder1secret");
  expect(harbor.passwords.get("robot$builds+m-puller")).toBe("Puller1secret");
  expect(harbor.schedule).toMatchObject({ schedule: { type: "Custom", cron: "0 0 7 * * 0" } });
  const credential = { access_key: MIRROR.username, access_secret: "Far1secret" };
  expect(harbor.registries).toMatchObject([{ type: "harbor", url: MIRROR.url, credential }]);
  expect(harbor.policies).toMatchObject([
    { dest_namespace: "builds", trigger: { type: "event_based" }, filters: [{ value: "builds/**" }] },
  ]);
});

test("a second run asks, and changes nothing", async () => {
  await run();
  harbor.requests = [];
  expect(await run()).toEqual([]);
  expect(harbor.requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
  expect(harbor.requests.length).toBeGreaterThan(8);
});

test("what was changed by hand is put back, one change each", async () => {
  await run();
  const [project, quota, retention, builder, registry, policy] = [
    harbor.projects[0],
    harbor.quotas[0],
    harbor.retentions[0],
    harbor.robots[0],
    harbor.registries[0],
    harbor.policies[0],
  ];
  Object.assign(project?.["metadata"] as object, { public: "true" });
  Object.assign(quota ?? {}, { hard: { storage: -1 } });
  Object.assign(retention ?? {}, { rules: [] });
  Object.assign(builder ?? {}, { disable: true });
  harbor.passwords.set("robot$builds+m-puller", "ByHand1secret");
  harbor.schedule = { schedule: { type: "Daily", cron: "0 0 0 * * *" }, job_parameters: "{}" };
  Object.assign(registry ?? {}, { url: "https://elsewhere.example.org" });
  Object.assign(policy ?? {}, { enabled: false });
  expect(await run()).toEqual([
    "project builds made private",
    "quota of builds set to 15000 GiB",
    "retention of builds changed",
    "robot$builds+m-builder changed",
    "robot$builds+m-puller got its password",
    "garbage collection scheduled: 0 0 7 * * 0",
    "mirror far changed",
    "pushes to far changed",
  ]);
  expect(await run()).toEqual([]);
});

test("a rotated password reaches the robot, and that of a mirror its registry", async () => {
  await run();
  Object.assign(files, { builder: "Rotated1builder", far: "Rotated1far" });
  expect(await run()).toEqual(["robot$builds+m-builder got its password", "mirror far changed"]);
  expect(harbor.registries).toMatchObject([{ credential: { access_secret: "Rotated1far" } }]);
});

test("a robot of the present deployment is taken over by its name", async () => {
  await run({ mirrors: [] });
  Object.assign(harbor.robots[0] ?? {}, { description: "", duration: 365 });
  harbor.passwords.set("robot$builds+m-builder", "Terraform1drew");
  expect(await run({ mirrors: [] })).toEqual([
    "robot$builds+m-builder changed",
    "robot$builds+m-builder got its password",
  ]);
});

test("what is wanted no more is removed, if it was made here, and nothing else is", async () => {
  await run();
  const byHand = {
    id: 900,
    name: "robot$builds+by-hand",
    of: harbor.projects[0]?.id,
    description: "",
    level: "project",
  };
  harbor.robots.push(byHand);
  harbor.registries.push({ id: 901, name: "by-hand", description: "mine" });
  const [builder] = PROJECT.robots;
  expect(await run({ projects: [{ ...PROJECT, robots: [builder] }], mirrors: [] })).toEqual([
    "robot$builds+m-puller removed",
    "replication/policies mybinder-far removed",
    "registries mybinder-far removed",
  ]);
  expect(harbor.robots.map(({ name }) => name)).toEqual(["robot$builds+m-builder", "robot$builds+by-hand"]);
  expect(harbor.registries.map(({ name }) => name)).toEqual(["by-hand"]);
});

test("a mirror that does not take us waits for the next run, and the others do not wait for it", async () => {
  harbor.peerTakes = (peer) => !peer.includes("far");
  const near = { ...MIRROR, name: "near", url: "https://registry.near.example.org" };
  const changes = await run({ mirrors: [MIRROR, near] });
  expect(changes).toContain("pushes to near begin");
  expect(changes).not.toContain("mirror far registered");
  expect(log).toContainEqual(
    expect.stringMatching(
      /^mirror far waits for the next run: .*the registry is unhealthy\. Does https:\/\/registry\.far/,
    ),
  );
  harbor.peerTakes = () => true;
  expect(await run({ mirrors: [MIRROR, near] })).toEqual(["mirror far registered", "pushes to far begin"]);
});

test("trouble of Harbor is waited out, and nothing is made twice", async () => {
  let left = 3;
  harbor.trouble = (request) => (request !== "GET /health" && left-- > 0 ? 503 : undefined);
  expect(await run({}, [0, 0, 0])).toContain("project builds created");
  expect(harbor.projects).toHaveLength(1);
  expect(log.filter((line) => line.includes("503") && line.endsWith("again in 0 s"))).toHaveLength(3);
});

test("a creation whose answer was lost is found by the next try", async () => {
  let lost = false;
  harbor.trouble = (request) => {
    if (request !== "POST /robots" || lost) return undefined;
    lost = true;
    harbor.robots.push({
      id: 700,
      name: "robot$builds+m-builder",
      of: harbor.projects[0]?.id,
      level: "project",
    });
    return 502;
  };
  const changes = await run({}, [0]);
  expect(changes).not.toContain("robot$builds+m-builder created");
  expect(harbor.passwords.get("robot$builds+m-builder")).toBe("Builder1secret");
  expect(harbor.robots).toHaveLength(2);
});

test("trouble that lasts ends with what Harbor said", async () => {
  harbor.trouble = (request) => (request.includes("/projects") ? 500 : undefined);
  await expect(run({}, [0])).rejects.toThrow("GET /api/v2.0/projects/builds: 500 INTERNAL in trouble");
});

test("a wrong administrator's password gives one message that says what to do, at once", async () => {
  harbor.passwords.set("admin", "Another1admin");
  await expect(run({}, [0, 0])).rejects.toThrow(
    /^Harbor does not take the administrator's password of this deploy\. .*docs\/registry\.md/,
  );
  expect(harbor.requests).toEqual(["GET /health", "GET /projects/builds"]);
});

test("a Harbor that is not healthy in time is named with its ill parts", async () => {
  harbor.health = {
    status: "unhealthy",
    components: [
      { name: "database", status: "unhealthy" },
      { name: "core", status: "healthy" },
    ],
  };
  await expect(run()).rejects.toThrow("Harbor is not healthy after 0 s: database is not");
});

test("no password is in what is logged", async () => {
  await run();
  Object.assign(files, { builder: "Rotated1builder" });
  await run();
  expect(log.length).toBeGreaterThan(8);
  for (const secret of Object.values(files)) expect(log.join("\n")).not.toContain(secret);
});

test("a request that is not answered in time counts as trouble, not as an answer", async () => {
  harbor.trouble = () => "hang";
  const access = { url, username: "admin", password: "Right1admin", timeoutSeconds: 0.05 };
  await expect(new Harbor(access).request("GET", "/health")).rejects.toThrow(Unavailable);
});
