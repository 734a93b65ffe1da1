import type { StackRelease } from "../../../../model/stack/releases";
import { stackValues } from "../../../../model/values";
import { forgetCommand } from "../../adopt/text";
import { withoutVolumeNames } from "../../adopt/volumeNames";
import { deployed, type Revision } from "../../../ground/cluster/history";
import { type ClusterAccess, helm } from "../../../ground/cluster/kubectl";
import type { Finding } from "../diagnosis";
import type { Target } from "./target";

/**
 * Claims that stand in the way of a rollback: the last revision of a release names their volume, the one that is to go back
 * to does not, and Kubernetes refuses to have it taken away. Throws with Helm's words.
 */
export async function refusedClaims(
  access: ClusterAccess,
  release: StackRelease,
  last: Revision | undefined,
  good: Revision | undefined,
): Promise<string[]> {
  if (!last || !good || last === good) return [];
  const named = await namedClaims(access, release, last);
  if (named.length === 0) return [];
  const before = await namedClaims(access, release, good);
  return named.filter((claim) => !before.includes(claim));
}

/** The same of the next deploy: the deployed revision names volumes, as Grafana's chart did, and this folder's chart none. */
export async function volumeNameFindings(
  target: Target,
  release: StackRelease,
  history: readonly Revision[],
): Promise<Finding[]> {
  const good = deployed(history);
  const { stack, access } = target;
  if (!good || release.name !== stack.name || namesVolumes(target)) return [];
  const claims = await namedClaims(access, release, good);
  if (claims.length === 0) return [];
  const found =
    `Helm's record names the volume of ${claims.join(", ")}, but this folder's chart does not; Kubernetes refuses to remove ` +
    `the name, so the next deploy would fail`;
  const fix = forgetCommand(stack.name, access.kubeconfig);
  return [{ level: "problem", about: `release ${release.name}`, found, fix }];
}

/** Whether the stack file makes Grafana's claim name its volume all the same. */
function namesVolumes({ stack }: Target): boolean {
  const { grafana } = stackValues(stack) as { grafana?: { persistence?: Record<string, unknown> } };
  const { lookupVolumeName, volumeName } = grafana?.persistence ?? {};
  return lookupVolumeName === true || volumeName !== undefined;
}

async function namedClaims(
  access: ClusterAccess,
  { name, namespace }: StackRelease,
  { revision }: Revision,
): Promise<readonly string[]> {
  const args = ["get", "manifest", name, "--namespace", namespace, "--revision", String(revision)];
  const { code, stdout, stderr } = await helm(access, args);
  if (code !== 0) throw new Error(`helm get manifest ${name}: ${stderr.trim()}`);
  return withoutVolumeNames(stdout).claims;
}
