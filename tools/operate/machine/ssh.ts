import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RUN_STEP, type Step, stepInput } from "../../../model/cluster/k3s/steps";
import { type Outcome, run } from "../../ground/terminal/run";

/** How to reach a machine as root. */
export interface Machine {
  readonly host: string;
  readonly port: number;
  /** Its public host key, `ecdsa-sha2-nistp256 AAAA…`; no other is accepted. */
  readonly hostKey: string;
  /** File of the private key; `undefined`: what the operator's SSH agent and configuration offer. */
  readonly identity: string | undefined;
}

/**
 * Runs one step on the machine as the program does, but through the operator's ssh. `check`: nothing is changed, and
 * what would be is said in lines of "differs: …". `signal` cuts the connection.
 */
export async function runStep(
  machine: Machine,
  step: Step,
  { check = false, signal }: { check?: boolean; signal?: AbortSignal } = {},
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-ssh-"));
  try {
    const knownHosts = join(folder, "known_hosts");
    writeFileSync(knownHosts, `machine ${machine.hostKey}\n`);
    return await run("ssh", sshArguments(machine, knownHosts), stepInput(step, check), signal);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sshArguments({ host, port, identity }: Machine, knownHosts: string): string[] {
  const options = {
    BatchMode: "yes",
    ConnectTimeout: "15",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: knownHosts,
    GlobalKnownHostsFile: "/dev/null",
    HostKeyAlias: "machine",
    HostKeyAlgorithms: "ecdsa-sha2-nistp256",
    ...(identity !== undefined && { IdentitiesOnly: "yes" }),
  };
  return [
    ...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
    ...(identity === undefined ? [] : ["-i", identity]),
    "-p",
    String(port),
    "-l",
    "root",
    "--",
    host,
    RUN_STEP,
  ];
}
