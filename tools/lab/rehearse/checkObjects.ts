import { CONSUMERS } from "./consumers";
import { read } from "./consumers/consumer";
import { type ClusterAccess, kubectl } from "../../ground/cluster/kubectl";
import { danglingReferences, type Placed } from "./references/dangling";
import { killerProblems } from "./killers";
import { identity } from "./references/reference";

/** What is found when everything is deployed and each object was accepted. */
export interface Findings {
  readonly problems: readonly string[];
  /** What this machine could not check, and what would be needed for it. */
  readonly notices: readonly string[];
}

/** Kinds of which a cluster has some by itself. */
const OF_THE_CLUSTER = "clusterroles,roles,storageclasses,priorityclasses,ingressclasses,runtimeclasses";

/**
 * Looks at all objects of a stack together, as an API server does not: whether what they name is there, whether what can
 * end any process runs only where user pods do, and whether the programs that read the rendered configurations accept them.
 */
export async function checkObjects(access: ClusterAccess, placed: readonly Placed[]): Promise<Findings> {
  const [provided, ...readings] = await Promise.all([
    providedBy(access),
    ...CONSUMERS.map((consumer) => read(consumer, placed)),
  ]);
  return {
    problems: [
      ...danglingReferences(placed, provided),
      ...killerProblems(placed),
      ...readings.flatMap(({ problems }) => problems),
    ],
    notices: readings.flatMap(({ notice }) => (notice === undefined ? [] : [notice])),
  };
}

/** What the cluster has of the kinds that come with a cluster. What an earlier rehearsal left of other kinds is no excuse. */
async function providedBy(access: ClusterAccess): Promise<Set<string>> {
  const columns = '{range .items[*]}{.kind}{"\\t"}{.metadata.namespace}{"\\t"}{.metadata.name}{"\\n"}{end}';
  const args = ["get", OF_THE_CLUSTER, "--all-namespaces", "--output", `jsonpath=${columns}`];
  const { code, stdout, stderr } = await kubectl(access, args);
  if (code !== 0) throw new Error(`kubectl get ${OF_THE_CLUSTER}: ${stderr.trim()}`);
  return new Set(
    stdout
      .trim()
      .split("\n")
      .map((line) => {
        const [kind = "", namespace = "", name = ""] = line.split("\t");
        return identity({ kind, namespace, name });
      }),
  );
}
