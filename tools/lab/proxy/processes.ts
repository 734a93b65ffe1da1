import { basename, join } from "node:path";
import { findProcesses, type RunningProcess } from "../../ground/terminal/processes";

/** The programs of a federation proxy, as in a pod. */
export const PROXY_PROGRAMS = ["haproxy", "federation-agent"] as const;
export type ProxyProgram = (typeof PROXY_PROGRAMS)[number];

/** Folder of all that the federation proxy beside the control plane in `dir` keeps. */
export function proxyFolder(dir: string): string {
  return join(dir, "proxy");
}

/** Which program of which control plane's federation proxy a command line is; each names a file in its folder. */
export function proxyProgramOf([path = "", ...args]: readonly string[]):
  { readonly dir: string; readonly program: ProxyProgram } | undefined {
  for (const argument of args) {
    const [, dir, file] = /^(\/.*)\/proxy\/(haproxy\.cfg|agent\.js)$/.exec(argument) ?? [];
    if (dir === undefined) continue;
    if (file === "haproxy.cfg" && basename(path) === "haproxy") return { dir, program: "haproxy" };
    if (file === "agent.js" && basename(path) === "node") return { dir, program: "federation-agent" };
  }
  return undefined;
}

/** Whether a command line is that of a program of the federation proxy beside the control plane in `dir`. */
export function isProxyOf(dir: string, argv: readonly string[]): boolean {
  return proxyProgramOf(argv)?.dir === dir;
}

/** The programs that run of the federation proxy beside the control plane in `dir`. */
export function runningProxy(dir: string): ReadonlyMap<ProxyProgram, RunningProcess> {
  return new Map(
    findProcesses((argv) => isProxyOf(dir, argv)).flatMap((process) => {
      const program = proxyProgramOf(process.argv)?.program;
      return program === undefined ? [] : [[program, process] as const];
    }),
  );
}
