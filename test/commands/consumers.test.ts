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
import { CONSUMER_NAMES, consumerPath } from "../../tools/lab/kube/consumers";
import { type Ended, runTool } from "../support/runTool";

// A stand-in for `go`, whose module cache is $HOME/module; what it builds is the list of files that it was built from.
const FAKE_GO = `#!/bin/sh
case "$1" in
  version) echo "go version go1.26.8 linux/amd64"; exit 0 ;;
  env) echo "$HOME/go-build"; echo "$HOME/go-mod"; exit 0 ;;
  mod) [ -n "$FAKE_OFFLINE" ] && { echo "dial tcp: lookup proxy.golang.org: no such host" >&2; exit 1; }
    echo "{\\"Dir\\": \\"$HOME/module\\"}"; exit 0 ;;
esac
while [ "$1" != "-o" ]; do shift; done
[ -n "$FAKE_OUTPUT" ] && { echo half > "$2"; echo "$FAKE_OUTPUT" >&2; exit 1; }
{ echo "$3"; find . -type f | sort; } > "$2"
`;

let dir: string;
let root: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "mybinder-consumers-"));
  root = join(dir, "cache", "consumers");
  mkdirSync(join(dir, "bin"));
  writeFileSync(join(dir, "bin", "go"), FAKE_GO);
  chmodSync(join(dir, "bin", "go"), 0o755);
  // as Go's module cache is: for reading only
  mkdirSync(join(dir, "module", "pkg", "config"), { recursive: true });
  writeFileSync(join(dir, "module", "go.mod"), "module example\n", { mode: 0o444 });
  for (const folder of ["pkg/config", "pkg", "."]) chmodSync(join(dir, "module", folder), 0o555);
});
afterEach(() => {
  for (const folder of [".", "pkg", "pkg/config"]) chmodSync(join(dir, "module", folder), 0o755);
  rmSync(dir, { recursive: true });
});

function build(names: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const path = `${join(dir, "bin")}:/usr/bin:/bin`;
  const env = { PATH: path, MYBINDER_CACHE: join(dir, "cache"), HOME: dir, ...extra };
  return runTool(["consumers", ...names], env).ended;
}

const program = (name: Parameters<typeof consumerPath>[0]): string =>
  consumerPath(name, { cache: join(dir, "cache") });

test("a release is built with what it lacks, from a copy; then Go is not needed", async () => {
  const first = await build(["traefik"]);
  expect(first).toMatchObject({ code: 0 });
  expect(first.stderr).toMatch(/traefik v3\.\d+\.\d+ \(1 of 1\): built in/);
  expect(readFileSync(program("traefik"), "utf8").split("\n")).toEqual([
    "./cmd/traefik",
    "./go.mod",
    "./pkg/config/dynamic/ext/ext.go",
    "./pkg/config/dynamic/ext/go.mod",
    "",
  ]);
  expect(existsSync(join(dir, "module", "pkg", "config", "dynamic"))).toBe(false);
  expect(readdirSync(root)).toHaveLength(1); // no lock, nothing unfinished

  rmSync(join(dir, "bin", "go"));
  expect(await build(["traefik"])).toMatchObject({ code: 0, stderr: "" });
});

test("all of them; programs of other pins go when these are complete, not before", async () => {
  const old = join(root, "0123456789abcdef");
  mkdirSync(old, { recursive: true });
  await build(["pebble"]);
  expect([existsSync(program("pebble")), existsSync(old)]).toEqual([true, true]);
  expect(await build([])).toMatchObject({ code: 0 });
  expect(existsSync(old)).toBe(false);
  expect(readdirSync(root)).toHaveLength(CONSUMER_NAMES.length);
});

test.each([
  ["an unreachable module proxy", { FAKE_OFFLINE: "1" }, /^The Go module proxy cannot be reached/m],
  [
    "a failure of the compiler",
    { FAKE_OUTPUT: "x.go:1:1: syntax error" },
    /^Building traefik failed\. .*build\.log/m,
  ],
])("%s is told, and nothing half-made stays", async (_, extra, message) => {
  const { code, stderr } = await build(["traefik"], extra);
  expect([code, existsSync(program("traefik"))]).toEqual([3, false]);
  expect(stderr).toMatch(message);
  expect(readdirSync(root)).not.toContain("unfinished");
});
