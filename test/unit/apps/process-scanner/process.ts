import type { Process } from "../../../../apps/process-scanner/processes";

/** UID of the pod in which `process` is. */
export const UID = "0e7f7a9c-1111-4222-8333-a44444444444";

/** A process of a session; `changes` lay over it. */
export function process(changes: Partial<Process> = {}): Process {
  return {
    pid: 100,
    parent: 1,
    started: "1",
    name: "python3",
    commandLine: "python3 work.py",
    parentCommandLine: "bash",
    ageSeconds: 1000,
    ownCpuSeconds: 0,
    cpuSeconds: 0,
    memoryBytes: 0,
    podUid: UID,
    docker: false,
    ...changes,
  };
}
