import { Docker } from "../../../../apps/build-pruner/docker";
import { exposition } from "../../../../apps/build-pruner/exposition";
import { Pruner } from "../../../../apps/build-pruner/pruner";
import { FakeDocker, type FakeImage, type Misbehaviour } from "../../../support/docker";

/* The pruner against an imitated Docker on a real socket. Tried by hand on Docker 27.5.1: a
 * build whose cached layer is above the bound goes on, and an image that comes from the cache has the age of its layers. */

const CONFIG = { periodSeconds: 300, keepMinutes: 120, cacheBytes: 100 };
let docker: FakeDocker;
let log: string[];
let pruner: Pruner;
beforeEach(async () => {
  docker = await new FakeDocker().start();
  log = [];
  pruner = new Pruner(CONFIG, new Docker(docker.socket, 1 << 20), (line) => log.push(line), 500);
});
afterEach(() => docker.stop());

const image = (id: string, made: number, more: Partial<FakeImage> = {}): FakeImage => ({
  id: `sha256:${id}`,
  tags: [`registry.example.org/builds/i-${id}:abc`],
  made,
  bytes: 10,
  ...more,
});
const left = (): string[] => docker.images.map(({ id }) => id.replace("sha256:", ""));

test("images that nothing uses go when they are older than what is kept", async () => {
  docker.images = [image("old", 130), image("young", 110), image("untagged", 500, { tags: [] })];
  await pruner.round();
  expect(left()).toEqual(["young"]);
  expect(pruner.freed.images).toEqual({ removed: 2, bytes: 20 });
  expect(log).toEqual(["images: removed 2, 0 MB"]);
});

test("an image from the cache, as old as its layers, stays until it was pushed", async () => {
  docker.images = [image("rebuilt", 9000, { named: 1 }), image("pushed", 9000, { named: 130 })];
  await pruner.round();
  expect(left()).toEqual(["rebuilt"]);
});

test("an image that a container uses stays, also one that began to after the list was made", async () => {
  docker.images = [image("used", 500), image("raced", 500), image("idle", 500)];
  docker.containers = ["sha256:used"];
  docker.broken.set("DELETE /images/registry.example.org/builds/i-raced", {
    status: 409,
    body: { message: "image is being used by a container" },
  });
  await pruner.round();
  expect(left()).toEqual(["used", "raced"]);
  expect(docker.asked).not.toContain("DELETE /images/registry.example.org/builds/i-used:abc");
});

test("an image with several names goes with all of them", async () => {
  docker.images = [image("many", 500, { tags: ["a:1", "b:1"], digests: ["a@sha256:1", "b@sha256:1"] })];
  await pruner.round();
  expect(left()).toEqual([]);
});

test("of the build cache goes what is above the bound, the least recently used first, and nothing in use", async () => {
  docker.cache = [
    { id: "base", bytes: 50, inUse: true },
    { id: "oldest", bytes: 40 },
    { id: "older", bytes: 30 },
    { id: "newest", bytes: 20 },
    { id: "image's", bytes: 999, image: "sha256:young" },
  ];
  docker.images = [image("young", 1)];
  await pruner.round();
  expect(docker.cache.map(({ id }) => id)).toEqual(["base", "older", "newest", "image's"]);
  expect(pruner.freed.build_cache).toEqual({ removed: 1, bytes: 40 });
  expect(pruner.cacheBytes).toBe(100);
});

test("the bound is one that Docker 27 knows: what it does not know it ignores, and keeps nothing", async () => {
  docker.cache = [{ id: "small", bytes: 99 }];
  await pruner.round();
  expect(docker.asked).toContain("POST /build/prune?all=1&keep-storage=100");
  expect(docker.cache).toHaveLength(1);
});

test("layers of an image that the cache holds as well count as freed when the cache lets them go", async () => {
  docker.images = [image("old", 500, { bytes: 150 })];
  docker.cache = [{ id: "same", bytes: 140, image: "sha256:old" }];
  await pruner.round();
  expect(pruner.freed.images).toEqual({ removed: 1, bytes: 10 });
  expect(pruner.freed.build_cache).toEqual({ removed: 1, bytes: 140 });
});

test("stopped containers go when they are older than what is kept", async () => {
  docker.stopped = { ids: ["a", "b"], bytes: 7 };
  const start = Date.now();
  await pruner.round();
  const [, until] =
    /\/containers\/prune\?filters={"until":\["(\d+)"\]}$/.exec(decodeURIComponent(docker.asked[0] ?? "")) ??
    [];
  expect(Math.abs(Number(until) - start / 1000 + 120 * 60)).toBeLessThan(30);
  expect(pruner.freed.containers).toEqual({ removed: 2, bytes: 7 });
});

test.each<[string, string, Misbehaviour, RegExp]>([
  [
    "refuses",
    "POST /containers",
    { status: 500, body: { message: "no space" } },
    /containers\/prune: 500 no space/,
  ],
  ["hangs", "GET /images", "hang", /GET \/images\/json: no answer in time/],
  ["changes the protocol", "GET /images", "upgrade", /GET \/images\/json: it changed the protocol/],
  ["answers without an end", "GET /images", "endless", /GET \/images\/json: the answer is larger/],
  ["closes", "GET /containers", "close", /GET \/containers\/json: .*socket hang up/],
])("a Docker that %s fails the step, not the next ones", async (_, path, how, message) => {
  docker.cache = [{ id: "much", bytes: 200 }];
  docker.broken.set(path, how);
  await expect(pruner.round()).rejects.toThrow(message);
  expect(docker.cache).toEqual([]);
});

test("a round ends in bounded time whatever Docker does", async () => {
  for (const method of ["GET", "POST", "DELETE"]) docker.broken.set(method, "hang");
  const start = performance.now();
  await expect(pruner.round()).rejects.toThrow(
    /containers\/prune.*; GET \/containers\/json.*; POST \/build\/prune/,
  );
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(pruner.answered).toBe(false);
});

test("it is ready when Docker has answered", async () => {
  expect(pruner.answered).toBe(false);
  await pruner.round();
  expect(pruner.answered).toBe(true);
});

test("the metrics say what was freed, by what, and when it last went well", async () => {
  docker.images = [image("old", 500, { bytes: 3_000_000 })];
  docker.cache = [{ id: "a", bytes: 60 }];
  await pruner.round();
  const text = exposition(pruner, CONFIG.cacheBytes, { ok: 1, failed: 2, lastSuccess: 1_700_000_000.5 });
  expect(text.split("\n").filter((line) => !line.startsWith("#"))).toEqual([
    "build_pruner_last_success_timestamp_seconds 1700000000.5",
    'build_pruner_rounds_total{result="ok"} 1',
    'build_pruner_rounds_total{result="failed"} 2',
    'build_pruner_freed_bytes_total{what="containers"} 0',
    'build_pruner_freed_bytes_total{what="images"} 3000000',
    'build_pruner_freed_bytes_total{what="build_cache"} 0',
    'build_pruner_removed_total{what="containers"} 0',
    'build_pruner_removed_total{what="images"} 1',
    'build_pruner_removed_total{what="build_cache"} 0',
    "build_pruner_cache_bytes 60",
    "build_pruner_cache_limit_bytes 100",
    "",
  ]);
});
