import { ApiError, type InCluster } from "../inCluster";
import { type LaunchResults, parseLaunches } from "../federation-agent/config";

/** The ConfigMap that the agents of the federation proxy read, and its key. The chart makes it. */
const CONFIG_MAP = { name: "federation-launches", key: "launches.json" };
/** Tries when another writer is faster. */
const TRIES = 4;

interface ConfigMapObject {
  readonly metadata: object;
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Writes a member's result, beside the others' that are there: each of `members` keeps its own, others go. Rejects when the API
 * server does not take it.
 */
export async function publish(
  api: Pick<InCluster, "call">,
  namespace: string,
  members: readonly string[],
  [member, result]: readonly [string, LaunchResults[string]],
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/configmaps/${CONFIG_MAP.name}`;
  for (let tries = 1; ; tries += 1) {
    const object = await api.call<ConfigMapObject>("GET", path);
    const kept = Object.entries(presentIn(object)).filter(
      ([name]) => members.includes(name) && name !== member,
    );
    const results = Object.fromEntries(
      [...kept, [member, result] as const].sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    try {
      // with the version that it had: 409 when somebody else wrote meanwhile
      await api.call("PUT", path, {
        ...object,
        data: { ...object.data, [CONFIG_MAP.key]: JSON.stringify(results) },
      });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || tries === TRIES) throw error;
    }
  }
}

function presentIn({ data }: ConfigMapObject): LaunchResults {
  try {
    return parseLaunches(data?.[CONFIG_MAP.key] ?? "{}");
  } catch {
    // what is broken is of no use to the agents either
    return {};
  }
}
