import { findProcesses, type RunningProcess } from "../../ground/terminal/processes";
import { type Launched, launchInBackground, stopProcesses } from "../background";
import { isProxyOf } from "../proxy/processes";
import { type Folders, logOf } from "./folders";
import {
  commandLine,
  isProgramOf,
  type ProgramName,
  type ProgramOptions,
  programOf,
  PROGRAMS,
} from "./programs";

/** Starts one program, detached from this process and its terminal. Its output goes to a log of its own. */
export function launch(program: ProgramName, options: ProgramOptions): Launched {
  const { folders } = options;
  const log = logOf(folders, program);
  return launchInBackground({ program, ...commandLine(program, options), dir: folders.dir, log });
}

/** The running programs of a control plane, as the process table shows them. */
export function running({ dir }: Folders): ReadonlyMap<ProgramName, RunningProcess> {
  const found = findProcesses((argv) => isProgramOf(dir, argv));
  return new Map(
    found.flatMap((process) => {
      const program = programOf(process.argv[0] ?? "");
      return program ? [[program, process] as const] : [];
    }),
  );
}

/**
 * Stops whatever runs of a control plane and of its federation proxy, at once: its data is thrown away. Returns the control
 * plane's programs that did run. Throws a Failure if one cannot be stopped.
 */
export async function stopAll({ dir }: Folders): Promise<ProgramName[]> {
  const stopped = await stopProcesses((argv) => isProgramOf(dir, argv) || isProxyOf(dir, argv));
  return PROGRAMS.filter((program) => stopped.some(({ argv: [path = ""] }) => programOf(path) === program));
}
