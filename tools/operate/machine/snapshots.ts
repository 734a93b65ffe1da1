import { restoreStep, SNAPSHOTS_STEP } from "../../../model/cluster/k3s/steps";
import { Failure } from "../../ground/terminal/failure";
import { runStep } from "./ssh";
import type { Target } from "./target";

/** A snapshot of K3s' datastore; one that was copied to a bucket is there twice. */
export interface Snapshot {
  readonly name: string;
  /** `file://…` on the machine, `s3://…` in a bucket. */
  readonly location: string;
  readonly bytes: number;
  /** RFC 3339. */
  readonly created: string;
}

/** The snapshots that the machine knows of. Throws Failure when it cannot say. */
export async function listSnapshots({ stack, host, machine }: Target): Promise<Snapshot[]> {
  const { code, stdout, stderr } = await runStep(machine, SNAPSHOTS_STEP);
  if (code !== 0) throw new Failure(`${stack}: ${host} failed to list its snapshots: ${stderr.trim()}`);
  return parseSnapshots(stdout);
}

/** Reads K3s' own table: a header, then name, location, size and time. Lines of another shape are left out. */
export function parseSnapshots(table: string): Snapshot[] {
  return table.split("\n").flatMap((line) => {
    const [name = "", location = "", size = "", created = ""] = line.trim().split(/\s+/);
    return /^[0-9]+$/.test(size) && /^(file|s3):\/\//.test(location)
      ? [{ name, location, bytes: Number(size), created }]
      : [];
  });
}

/** Restores a snapshot, or goes on with it. Throws Failure with what the machine said, and how to go on. */
export async function restoreSnapshot(
  { stack, host, machine }: Target,
  snapshot: string,
  identity: string | undefined,
): Promise<string> {
  const { code, stdout, stderr } = await runStep(machine, restoreStep(snapshot));
  if (code === 0) return stdout.trim();
  const again = `npx mybinder machine restore ${stack} --snapshot ${snapshot} --yes${identity === undefined ? "" : ` --identity ${identity}`}`;
  throw new Failure(
    code === 255
      ? `${stack}: the connection to ${host} was lost or refused (${stderr.trim()}). To continue: ${again}`
      : `${stack}: ${host} failed to restore ${snapshot}: ${stderr.trim()}`,
  );
}
