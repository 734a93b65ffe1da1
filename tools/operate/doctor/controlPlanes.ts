import { existsSync } from "node:fs";
import type { RunningProcess } from "../../ground/terminal/processes";
import type { LabState } from "../../ground/cluster/lab";
import type { Finding } from "./diagnosis";

/** What killed runs left: control planes that do not work, and programs whose folder is gone. */
export async function controlPlaneFindings(lab: LabState): Promise<Finding[]> {
  const broken = (await lab.controlPlanes())
    .filter(({ state }) => state === "broken")
    .map(({ name, problem = "it does not work" }): Finding => {
      return {
        level: "warning",
        about: `control plane ${name}`,
        found: `${problem}; the next start replaces it`,
        fix: `npx mybinder local down --name ${name}`,
      };
    });
  return [...broken, ...orphanFindings(lab.processes(), existsSync)];
}

/** One finding for each folder that is gone while its programs run on: no other command finds them. */
export function orphanFindings(
  processes: readonly RunningProcess[],
  exists: (path: string) => boolean,
): Finding[] {
  const folders = new Map<string, number[]>();
  for (const { pid, argv } of processes) {
    const folder = folderOf(argv);
    if (folder === undefined || exists(folder)) continue;
    folders.set(folder, [...(folders.get(folder) ?? []), pid]);
  }
  return [...folders].map(([folder, pids]) => ({
    level: "warning",
    about: "control plane",
    found: `${String(pids.length)} of its programs still run, but its folder ${folder} is gone`,
    fix: `kill ${pids.join(" ")}`,
  }));
}

/** The folder of the control plane that a program was started for, from its arguments. */
function folderOf(argv: readonly string[]): string | undefined {
  return argv
    .map((argument) => {
      const [, plane, proxy] =
        /=(\/.*?)\/(?:etcd|pki|scheduler\.json)(?:\/|$)|^(\/.*)\/proxy\/(?:haproxy\.cfg|agent\.js)$/.exec(
          argument,
        ) ?? [];
      return plane ?? proxy;
    })
    .find((folder) => folder !== undefined);
}
