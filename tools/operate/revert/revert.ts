import type { StackRelease } from "../../../model/stack/releases";
import { explain } from "../../ground/cluster/explain";
import { historyOf, type Revision } from "../../ground/cluster/history";
import { type ClusterAccess, helm, listObjects } from "../../ground/cluster/kubectl";
import { isReady } from "../../ground/cluster/rollout";
import { Failure } from "../../ground/terminal/failure";
import type { Report } from "../../ground/terminal/report";
import { forgetVolumeNames } from "../adopt/volumeNames";
import { refusedClaims } from "../doctor/cluster/claims";

/** Helm stops waiting after this time, so that a revert is over, well or not, within ten minutes. */
export const REVERT_SECONDS = 480;
const PROGRESS_MS = 15_000;
const WORKLOADS = "deployments,daemonsets,statefulsets";

/**
 * Rolls a release back to `target` and waits until it is ready. Where Helm's records name volumes that the earlier revision
 * does not, the records forget them first: Kubernetes would refuse the rollback. Returns the new revision. Throws Failure with
 * Helm's words and with what is not ready; what was begun stays, and the same command continues.
 */
export async function revert(
  access: ClusterAccess,
  release: StackRelease,
  { last, target }: { readonly last: Revision; readonly target: Revision },
  report: Report,
): Promise<Revision> {
  const { name, namespace } = release;
  const claims = await refusedClaims(access, release, last, target);
  if (claims.length > 0) {
    await forgetVolumeNames(access, name);
    report(
      `removed the volume of ${claims.join(", ")} from Helm's records, where it would stop the rollback`,
    );
  }
  report(`helm rollback ${name} ${String(target.revision)} --namespace ${namespace}`);
  const progress = setInterval(() => {
    void unready(access, namespace).then((waiting) => {
      if (waiting.length > 0) report(`waiting for ${waiting.join("; ")}`);
    });
  }, PROGRESS_MS);
  try {
    const { code, stderr } = await helm(access, [
      ...["rollback", name, String(target.revision), "--namespace", namespace],
      ...["--wait", "--timeout", `${String(REVERT_SECONDS)}s`, "--history-max", "10"],
    ]);
    if (code !== 0) {
      const waiting = await unready(access, namespace);
      throw new Failure(
        `release ${name}: the rollback to revision ${String(target.revision)} failed: ${stderr.trim()}` +
          (waiting.length > 0 ? `\nnot ready: ${waiting.join("; ")}` : ""),
      );
    }
  } finally {
    clearInterval(progress);
  }
  const made = (await historyOf(access, release)).at(-1);
  if (made?.status !== "deployed") {
    throw new Failure(`release ${name}: Helm says ${made?.status ?? "nothing"}`);
  }
  return made;
}

/** Workloads that are not ready, each with its reason; nothing when the API server does not answer. */
async function unready(access: ClusterAccess, namespace: string): Promise<string[]> {
  try {
    const waiting = (await listObjects(access, WORKLOADS, namespace)).filter((object) => !isReady(object));
    return (await explain(access, namespace, waiting)).map(
      ({ object: { kind, metadata }, progress, reasons }) =>
        `${kind} ${metadata.name} (${[progress, ...reasons.slice(0, 1)].join(": ")})`,
    );
  } catch {
    return [];
  }
}
