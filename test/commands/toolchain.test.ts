import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildPlan, TOOL_NAMES } from "../../tools/lab/kube/tools";
import { type Ended, runTool } from "../support/runTool";

// A stand-in for `go`, to see how its failures are told; that the real one builds the real programs is seen by
// test/cluster. $CALLS gets a line per build.
const FAKE_GO = `#!/bin/sh
case "$1" in
  version) echo "go version go\${FAKE_VERSION:-1.26.8} linux/amd64"; exit 0 ;;
  env) echo "$HOME/go-build"; echo "$HOME/go-mod"; exit 0 ;;
esac
while [ "$1" != "-o" ]; do shift; done
echo "$(basename "$2") CGO_ENABLED=$CGO_ENABLED GOTOOLCHAIN=$GOTOOLCHAIN GOPROXY=$GOPROXY" >> "$CALLS"
[ "$(basename "$2")" = "$FAKE_HANG" ] && { echo half > "$2"; echo "hanging" >&2; sleep 60; }
[ "$(basename "$2")" = "$FAKE_FAIL" ] && { echo half > "$2"; printf '%s\\n' "$FAKE_OUTPUT" >&2; exit 1; }
echo whole > "$2"
`;

const { key } = buildPlan();
let dir: string;
let kube: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mybinder-toolchain-"));
  kube = join(dir, "cache", "kube");
  mkdirSync(join(dir, "bin"));
  writeFileSync(join(dir, "bin", "go"), FAKE_GO);
  chmodSync(join(dir, "bin", "go"), 0o755);
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const path = `${join(dir, "bin")}:/usr/bin:/bin`;
  return { PATH: path, MYBINDER_CACHE: join(dir, "cache"), CALLS: join(dir, "calls"), HOME: dir, ...extra };
}

function build(extra: Readonly<Record<string, string>> = {}, tools: readonly string[] = []): Promise<Ended> {
  return runTool(["toolchain", ...tools], environment(extra)).ended;
}

function built(): string[] {
  return existsSync(join(kube, key)) ? readdirSync(join(kube, key)).sort() : [];
}

function calls(): string[] {
  return existsSync(join(dir, "calls")) ? readFileSync(join(dir, "calls"), "utf8").trim().split("\n") : [];
}

test("all programs are built once, with progress, and afterwards Go is not needed", async () => {
  const first = await build({ GOPROXY: "https://proxy.example" });
  expect(first).toMatchObject({ code: 0 });
  expect(built()).toEqual([...TOOL_NAMES].sort());
  expect(readdirSync(kube)).toEqual([key]); // no lock, nothing unfinished
  expect(first.stderr).toContain("building 7 programs of Kubernetes from source, once");
  expect(first.stderr).toContain("kube-apiserver (2 of 7): built in");
  expect(calls()[0]).toBe("etcd CGO_ENABLED=0 GOTOOLCHAIN=local GOPROXY=https://proxy.example");

  rmSync(join(dir, "bin", "go"));
  const second = await build();
  expect(second).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(second.stdout)).toHaveProperty("etcd", join(kube, key, "etcd"));
  expect(calls()).toHaveLength(TOOL_NAMES.length);
});

test("only what is asked for is built", async () => {
  await build({}, ["helm"]);
  expect(built()).toEqual(["helm"]);
});

test("two processes at once build each program once", async () => {
  const ended = await Promise.all([build(), build()]);
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect(calls()).toHaveLength(TOOL_NAMES.length);
});

test("killed in the middle, the next run removes what is half-made and goes on with the rest", async () => {
  const killed = runTool(["toolchain"], environment({ FAKE_HANG: "kwok" }));
  await killed.says("kube-scheduler (4 of 7): built");
  while (!existsSync(join(kube, "unfinished", "kwok"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  killed.child.kill("SIGKILL");
  await killed.ended;
  expect(built()).not.toContain("kwok");

  const next = await build();
  expect(next).toMatchObject({ code: 0 });
  expect(next.stderr).toContain("kwok (1 of 3)");
  expect(built()).toHaveLength(TOOL_NAMES.length);
  expect(readFileSync(join(kube, key, "kwok"), "utf8")).toBe("whole\n");
  expect(readdirSync(kube)).toEqual([key]);
});

test("interrupted in the middle, it stops Go and leaves nothing unfinished", async () => {
  const interrupted = runTool(["toolchain"], environment({ FAKE_HANG: "kwok" }));
  await interrupted.says("kube-scheduler (4 of 7): built");
  while (!existsSync(join(kube, "unfinished", "kwok"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  interrupted.child.kill("SIGINT");
  expect(await interrupted.ended).toMatchObject({ code: 130 });
  expect(readdirSync(kube)).toEqual([key]);
  expect(built()).toHaveLength(4);
});

test("programs of other pins go when these are complete, not before", async () => {
  const old = join(kube, "0123456789abcdef");
  mkdirSync(old, { recursive: true });
  await build({}, ["helm"]);
  expect(existsSync(old)).toBe(true);
  await build();
  expect(existsSync(old)).toBe(false);
});

test("no Go", async () => {
  rmSync(join(dir, "bin", "go"));
  const { code, stderr } = await build({ PATH: join(dir, "bin") });
  expect(code).toBe(3);
  expect(stderr).toBe(
    "Go is not installed. The local control plane is built once from source and needs Go 1.26.0 or later: " +
      "install it from https://go.dev/dl/, then run the same command again.\n",
  );
  expect(existsSync(kube)).toBe(false);
});

test.each(["1.25.9", "1.24"])("Go %s is too old", async (version) => {
  const { code, stderr } = await build({ FAKE_VERSION: version });
  expect(code).toBe(3);
  expect(stderr).toContain(`Go ${version} is too old. The local control plane is built once`);
  expect(calls()).toEqual([]);
});

test.each(["1.26", "1.26.0", "1.27rc1", "2.0"])("Go %s is new enough", async (version) => {
  expect(await build({ FAKE_VERSION: version }, ["helm"])).toMatchObject({ code: 0 });
});

test.each([
  [
    "a full disk",
    "compile: writing output: write $WORK/b1/_pkg_.a: no space left on device",
    [
      /^The disk is full: \/\S+ has \d+\.\d GB left/m,
      /about 5\.0 GB/,
      /MYBINDER_CACHE/,
      /GOCACHE/,
      /what is built already is kept/,
    ],
  ],
  [
    "an unreachable module proxy",
    'go: k8s.io/api@v0.36.3: Get "https://proxy.golang.org/k8s.io/api/@v/v0.36.3.zip": dial tcp: lookup proxy.golang.org: no such host',
    [
      /^The Go module proxy cannot be reached: go: k8s\.io\/api@v0\.36\.3: Get .*no such host/m,
      /GOPROXY=https/,
    ],
  ],
  [
    "a module that is not the one of go.sum",
    "verifying k8s.io/api@v0.36.3: checksum mismatch\n\tdownloaded: h1:AAA=\n\tgo.sum:     h1:BBB=",
    [
      /^A downloaded Go module is not the one that tools\/lab\/kube\/go\.sum names/m,
      /k8s\.io\/api@v0\.36\.3/,
      /go clean -modcache/,
    ],
  ],
  [
    "anything else",
    "# k8s.io/api\napi.go:1:1: syntax error",
    [/^Building kube-apiserver failed\. The whole output is in \S+build\.log/m, /api\.go:1:1: syntax error/],
  ],
])("%s is told in one message, and nothing half-made stays", async (_, output, messages) => {
  const { code, stderr } = await build({ FAKE_FAIL: "kube-apiserver", FAKE_OUTPUT: output });
  expect(code).toBe(3);
  for (const message of messages) expect(stderr).toMatch(message);
  expect(built()).toEqual(["etcd"]);
  expect(readdirSync(kube).filter((name) => name !== "build.log")).toEqual([key]);
});

test("a cache folder that cannot be made is named", async () => {
  writeFileSync(join(dir, "file"), "");
  const { code, stderr } = await build({ MYBINDER_CACHE: join(dir, "file") });
  expect(code).toBe(3);
  expect(stderr).toContain("MYBINDER_CACHE");
});
