import { statfs } from "node:fs/promises";

import { Failure } from "../../ground/terminal/failure";
import { isAtLeast } from "../../ground/terminal/versions";
import { runGo } from "./go";

/** Free space that a build from nothing takes: Go's module cache, its build cache and the built programs. */
export const NEEDED_BYTES = 5e9;

/** Throws a Failure (exit code 3) unless the Go on PATH is at least version `needed` ("1.26.0"). */
export async function checkGo(needed: string): Promise<void> {
  const problem = await goProblem(needed);
  if (problem !== undefined) throw new Failure(`${problem}. ${howToGet(needed)}`, 3);
}

/** What is wrong with the Go on PATH; `undefined` when it is at least version `needed`. */
export async function goProblem(needed: string): Promise<string | undefined> {
  const { code, output } = await runGo({ args: ["version"], env: {} });
  // /usr/bin/env exits with 127 when it does not find the program.
  if (code === 127) return "Go is not installed";
  const found = /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(output)?.[1];
  if (code !== 0 || found === undefined) return `"go version" failed: ${output.trim()}`;
  return isAtLeast(found, needed) ? undefined : `Go ${found} is too old`;
}

function howToGet(needed: string): string {
  return (
    `The local control plane is built once from source and needs Go ${needed} or later: ` +
    "install it from https://go.dev/dl/, then run the same command again."
  );
}

/** What a failed `go build` of `tool` means, as a Failure with exit code 3 that says what to do. */
export async function explain(build: {
  tool: string;
  output: string;
  cache: string;
  log: string;
}): Promise<Failure> {
  const { tool, output, cache, log } = build;
  if (/no space left on device|ENOSPC|disk quota exceeded/i.test(output)) return diskFull(cache);
  const line = (pattern: RegExp): string =>
    output
      .split("\n")
      .find((text) => pattern.test(text))
      ?.trim() ?? "";
  const checksum = /checksum mismatch|SECURITY ERROR/;
  if (checksum.test(output)) {
    return new Failure(
      `A downloaded Go module is not the one that tools/lab/kube/go.sum names, so nothing was built from it: ` +
        `${line(checksum)}. If tools/lab/kube/go.mod was not edited, empty the module cache with "go clean -modcache" ` +
        `and try again; if it is still so, the proxy (go env GOPROXY) serves something else than everybody gets.`,
      3,
    );
  }
  const network =
    /dial tcp|no such host|i\/o timeout|connection re(fused|set)|TLS handshake|x509:|proxyconnect|server misbehaving|network is unreachable|unexpected EOF|GOPROXY=off|\b(403|407|50[0-4]) /;
  if (network.test(output)) {
    return new Failure(
      `The Go module proxy cannot be reached: ${line(network)}. Check the network, or name a proxy that can be ` +
        `reached with GOPROXY=https://…; then run the same command again: it goes on where it stopped.`,
      3,
    );
  }
  const last = output.trim().split("\n").slice(-5).join("\n  ");
  return new Failure(`Building ${tool} failed. The whole output is in ${log}; it ends with\n  ${last}`, 3);
}

/** The Failure for a full disk: names the fullest of the folders that a build writes to, and how to move each. */
export async function diskFull(cache: string): Promise<Failure> {
  const [goCache = "", goModCache = ""] = await goFolders();
  const folders = [
    { path: cache, move: "MYBINDER_CACHE=/another/folder" },
    { path: goCache, move: "GOCACHE=/another/folder" },
    { path: goModCache, move: "GOMODCACHE=/another/folder" },
  ];
  const measured = await Promise.all(
    folders.map(async (folder) => ({ ...folder, free: await freeBytes(folder.path) })),
  );
  const fullest = measured.reduce((a, b) => (b.free < a.free ? b : a));
  const all = measured
    .map(({ path, move }) => `${path} (${move.split("=")[0] ?? ""})`)
    .filter((text) => !text.startsWith(" "));
  return new Failure(
    `The disk is full: ${fullest.path} has ${gigabytes(fullest.free)} left. Building from nothing takes about ` +
      `${gigabytes(NEEDED_BYTES)} in all, in ${all.join(", ")}. Make room, or set ${fullest.move}, and run the same ` +
      "command again: what is built already is kept.",
    3,
  );
}

/** Does `work`, and turns a full disk, or a cache that cannot be written to, into a Failure that says what to do. */
export async function onFullDisk(cache: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") throw await diskFull(cache);
    if (["EACCES", "EROFS", "EPERM", "ENOTDIR", "EEXIST"].includes(code ?? "")) {
      const { message } = error as Error;
      throw new Failure(
        `${cache} cannot be written to (${message}). Name another folder with MYBINDER_CACHE.`,
        3,
      );
    }
    throw error;
  }
}

async function goFolders(): Promise<string[]> {
  const { code, output } = await runGo({ args: ["env", "GOCACHE", "GOMODCACHE"], env: {} });
  return code === 0 ? output.trim().split("\n") : [];
}

async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return Infinity; // not there yet, so not what is full
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
