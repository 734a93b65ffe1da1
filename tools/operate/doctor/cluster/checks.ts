import type { Environment } from "../../../../environment";
import { certManagerRelease, metaChartRelease, type StackRelease } from "../../../../model/stack/releases";
import type { KubeNode } from "../../nodes/cluster";
import type { Check, Finding, Level } from "../diagnosis";
import { clientCertificateFindings, serverCertificateFindings, serverClockFindings } from "./access";
import type { IssuanceObject } from "./certificateReason";
import { certificateFindings, ISSUANCE_KINDS, issuerFindings } from "./certificates";
import { readClientFindings } from "./clients";
import { refusedClaims, volumeNameFindings } from "./claims";
import { nodeFindings } from "./nodes";
import { type LiveDrift, liveFindings } from "./live";
import { deployed, historyOf, isUnderWay, type Revision } from "../../../ground/cluster/history";
import { driftFindings, releaseFindings, repositoryDigest } from "./releases";
import { reachabilityOf } from "./reachability";
import { listOf, type Target } from "./target";
import { workloadFindings } from "./workloads";

/**
 * What can be wrong with a stack on its cluster. Everything is read, nothing is written. `live` is looked at only where the
 * cluster is the stack's and every chart is cached. Where nodes are `simulated`, nobody asks anything of their pods.
 */
export function clusterChecks(
  target: Target,
  { chartCache }: Environment,
  now: Date,
  live: LiveDrift,
  simulated = false,
): Check[] {
  const { stack, kubectlCommand } = target;
  const releases = [metaChartRelease(stack.name), certManagerRelease];
  const reachability = reachabilityOf(target);
  const histories = reachability.then(() =>
    Promise.all(releases.map((release) => historyOf(target.access, release))),
  );
  // each check that needs it says that it failed
  for (const promise of [reachability, histories]) promise.catch(() => undefined);

  const check = (name: string, run: Check["run"], worst: Level = "problem"): Check => ({
    name,
    worst,
    otherwise: kubectlCommand("cluster-info"),
    run,
  });
  const onCluster = (name: string, run: Check["run"], worst?: Level): Check =>
    check(
      name,
      async () => {
        const { refusal } = await reachability;
        if (refusal !== undefined) throw new Error(refusal);
        return run();
      },
      worst,
    );
  const ofEach = async (
    all: Promise<readonly Revision[][]>,
    run: (release: StackRelease, history: readonly Revision[]) => Finding[] | Promise<Finding[]>,
  ): Promise<Finding[]> => {
    const known = await all;
    const found: Finding[] = [];
    for (const [index, release] of releases.entries()) {
      found.push(...(await run(release, known[index] ?? [])));
    }
    return found;
  };

  return [
    check("access", () => clientCertificateFindings(target, now)),
    check("API server", async () => (await reachability).findings),
    onCluster("API server's certificate", () => serverCertificateFindings(target, now)),
    onCluster("API server's clock", () => serverClockFindings(target)),
    onCluster("releases", () =>
      ofEach(histories, async (release, history) => [
        ...releaseFindings(
          target,
          release,
          history,
          now,
          await refusedClaims(target.access, release, history.at(-1), deployed(history)),
        ),
        ...(await volumeNameFindings(target, release, history)),
      ]),
    ),
    onCluster(
      "charts",
      () =>
        ofEach(histories, (release, history) =>
          driftFindings(target, release, history, repositoryDigest(release, chartCache)),
        ),
      "warning",
    ),
    onCluster(
      "live objects",
      async () => {
        for (const release of releases) repositoryDigest(release, chartCache);
        return liveFindings(await live.diff(), live.command);
      },
      "warning",
    ),
    onCluster("workloads, volumes", () =>
      // also where helm cannot tell: then nothing is known to be under way
      ofEach(
        histories.catch(() => []),
        (release, history) => workloadFindings(target, release.namespace, isUnderWay(release, history, now)),
      ),
    ),
    onCluster("nodes", async () => nodeFindings(target, await listOf<KubeNode>(target, "nodes"), now)),
    ...(simulated ? [] : [onCluster("clients' addresses", () => readClientFindings(target), "warning")]),
    ...(stack.config.certificates.tls
      ? [
          onCluster("certificates", async () =>
            certificateFindings(
              target,
              await listOf<IssuanceObject>(target, ISSUANCE_KINDS, "--namespace", stack.name),
              now,
            ),
          ),
          onCluster("issuers", async () =>
            issuerFindings(target, await listOf<IssuanceObject>(target, "clusterissuers.cert-manager.io")),
          ),
        ]
      : []),
  ];
}
