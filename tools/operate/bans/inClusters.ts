import { activeBans, type Ban, banKey, parseBanList, withBan } from "../../../model/federation/bans/list";
import { BANS_SECRET } from "../../../model/federation/bans/objects";
import { Failure } from "../../ground/terminal/failure";
import { withCluster } from "./access";
import type { StackList } from "./lists";

/** The list that a cluster has, and the version of its object. */
export interface ClusterList {
  readonly stack: string;
  readonly bans: readonly Ban[];
  readonly resourceVersion: string;
}

/** The lists of the clusters that answer and have one that can be read. Others are left out: applying tells of them. */
export async function clusterLists(
  lists: readonly StackList[],
  kubeconfigs: ReadonlyMap<string, string>,
): Promise<ClusterList[]> {
  const found = await Promise.all(
    lists.map((list) =>
      withCluster(list, kubeconfigs, async (ask): Promise<ClusterList | undefined> => {
        const what = ["get", "secret", BANS_SECRET.name, "--namespace", list.stack, "--output", "json"];
        const { code, stdout } = await ask([...what, "--request-timeout", "5s"]);
        return code === 0 ? clusterList(list.stack, stdout) : undefined;
      }),
    ),
  );
  return found.flatMap((one) => one ?? []);
}

function clusterList(stack: string, text: string): ClusterList | undefined {
  try {
    const { metadata, data } = JSON.parse(text) as {
      metadata: { resourceVersion: string };
      data?: Readonly<Record<string, string>>;
    };
    const bans = parseBanList(Buffer.from(data?.[BANS_SECRET.key] ?? "", "base64").toString());
    return { stack, bans, resourceVersion: metadata.resourceVersion };
  } catch {
    // the keepers hold the last good one, and an alert tells; a new list mends it
    return undefined;
  }
}

/** The bans that hold in a cluster and are in no stack file: somebody else's, or lost in a merge. Each once. */
export function unknownBans(
  lists: readonly StackList[],
  inClusters: readonly ClusterList[],
  now: Date,
): { readonly ban: Ban; readonly stacks: readonly string[] }[] {
  const known = new Set(lists.flatMap(({ bans }) => bans.map(banKey)));
  const found = new Map<string, { ban: Ban; stacks: string[] }>();
  for (const { stack, bans } of inClusters) {
    for (const ban of activeBans(bans, now).filter((one) => !known.has(banKey(one)))) {
      const one = found.get(banKey(ban)) ?? { ban, stacks: [] };
      found.set(banKey(ban), { ...one, stacks: [...one.stacks, stack] });
    }
  }
  return [...found.values()];
}

/**
 * The change that also keeps what only clusters have. Throws Failure, before anything is set, where there is some and it is not to
 * be kept: the change would end bans that nobody decided to end.
 */
export function keepingUnknown(
  unknown: ReturnType<typeof unknownBans>,
  keep: boolean,
  now: Date,
): (bans: readonly Ban[]) => Ban[] {
  if (unknown.length > 0 && !keep) {
    const lines = unknown.map(
      ({ ban: { kind, what, reason }, stacks }) => `${kind} ${what} (${reason}), on ${stacks.join(", ")}`,
    );
    throw new Failure(
      `nothing was set: these bans hold in clusters and are not in the stack files:\n${lines.join("\n")}\n` +
        "Another operator's are in newer stack files: git pull. Or add --keep, which takes them into the list; " +
        "or end them: npx mybinder bans apply",
    );
  }
  return (bans) => unknown.reduce<Ban[]>((all, { ban }) => withBan(all, ban, now), [...bans]);
}
