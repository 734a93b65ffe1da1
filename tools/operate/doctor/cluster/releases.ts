import { metaChartDigest } from "../../../../charts/metaChart";
import { ChartUnavailable, locateChart } from "../../../../charts/source";
import { certManager } from "../../../../charts/versions";
import type { StackRelease } from "../../../../model/stack/releases";
import { forgetCommand } from "../../adopt/text";
import { ageOf, deployed, isUnderWay, type Revision, rolledBackTo } from "../../../ground/cluster/history";
import { ROOT } from "../../../ground/root";
import { shellQuote } from "../../../ground/terminal/shellQuote";
import { CannotTell, type Finding } from "../diagnosis";
import { spanText } from "../text";
import type { Target } from "./target";

/**
 * What keeps a release from its next deploy. `refused`: claims whose volume the last revision names and the one to go back
 * to does not, so that Kubernetes refuses the rollback.
 */
export function releaseFindings(
  target: Target,
  release: StackRelease,
  history: readonly Revision[],
  now: Date,
  refused: readonly string[] = [],
): Finding[] {
  const { stack } = target;
  const about = `release ${release.name}`;
  const last = history.at(-1);
  if (!last) {
    const found = `not installed in namespace ${release.namespace}`;
    return [{ level: "problem", about, found, fix: `pulumi up --stack ${stack.name}` }];
  }
  if (last.status === "deployed") return [];
  const fix = wayOut(target, release, history, refused);
  const state = `${last.status} for ${spanText(ageOf(last, now))} (revision ${String(last.revision)})`;
  const limit = `${String(release.timeout / 60)} min`;
  if (!last.status.startsWith("pending-")) return [{ level: "problem", about, found: state, fix }];
  if (isUnderWay(release, history, now)) {
    const found = `${state}: a deploy is running, or was killed; it counts as stuck after ${limit}`;
    return [{ level: "warning", about, found, fix: `${fix}   # only if no deploy is running` }];
  }
  const found = `${state} for longer than its timeout of ${limit}: a deploy was killed, and Helm refuses further ones`;
  return [{ level: "problem", about, found, fix }];
}

/** Back to what was deployed last, once that is not refused; where nothing ever was, away with it. */
function wayOut(
  { stack, access, helmCommand }: Target,
  { name, namespace }: StackRelease,
  history: readonly Revision[],
  refused: readonly string[],
): string {
  const good = deployed(history);
  if (!good || history.at(-1)?.status === "uninstalling") {
    return helmCommand("uninstall", name, "--namespace", namespace);
  }
  const rollback = helmCommand("rollback", name, String(good.revision), "--namespace", namespace);
  return refused.length === 0 ? rollback : `${forgetCommand(stack.name, access.kubeconfig)} && ${rollback}`;
}

/** Digest of the chart that is deployed, `undefined` when its description does not say. Rollbacks are followed back. */
export function deployedDigest(history: readonly Revision[]): string | undefined {
  let at = deployed(history);
  for (let steps = history.length; at && steps > 0; steps--) {
    const [, digest] = /^chart sha256:([0-9a-f]{64})$/.exec(at.description) ?? [];
    if (digest !== undefined) return digest;
    const source = rolledBackTo(at);
    at = history.find(({ revision }) => revision === source);
  }
  return undefined;
}

/** Whether the deployed chart is that of this folder. Its values are not compared: secrets are among them. */
export function driftFindings(
  { stack, access }: Target,
  { name }: StackRelease,
  history: readonly Revision[],
  digest: string,
): Finding[] {
  // Nothing of it was ever deployed: a first install is under way, or was killed, which `releaseFindings` says.
  if (!deployed(history)) return [];
  const live = deployedDigest(history);
  if (live === digest) return [];
  const about = `release ${name}`;
  if (live === undefined) {
    const found = "its description has no chart digest, so this program did not deploy it";
    const fix = `npx mybinder adopt ${stack.name} --kubeconfig ${shellQuote(access.kubeconfig)}   # docs/adopt.md`;
    return [{ level: "warning", about, found, fix }];
  }
  const found = `its chart (${live.slice(0, 12)}) differs from this folder's (${digest.slice(0, 12)}): pulumi up would change it`;
  return [{ level: "warning", about, found, fix: `pulumi preview --diff --stack ${stack.name}` }];
}

/** The digest that a deploy from this folder would write. Throws CannotTell when a chart is not cached: no repository is asked. */
export function repositoryDigest({ name }: StackRelease, cache: string): string {
  const source = { cache, helm: undefined };
  try {
    return name === certManager.name
      ? locateChart(certManager, source).digest
      : metaChartDigest(ROOT, source);
  } catch (error) {
    if (!(error instanceof ChartUnavailable)) throw error;
    const why = error.missing ? `not all charts are in ${cache}` : error.problem;
    throw new CannotTell(why, "npx mybinder charts fetch", { cause: error });
  }
}
