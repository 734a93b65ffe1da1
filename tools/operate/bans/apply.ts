import type { Ban } from "../../../model/federation/bans/list";
import { bansSecret } from "../../../model/federation/bans/objects";
import { Failure } from "../../ground/terminal/failure";
import type { Report } from "../../ground/terminal/report";
import { pulumiCli } from "../../ground/cluster/pulumiCli";
import { withCluster } from "./access";
import type { ClusterList } from "./inClusters";
import type { StackList } from "./lists";

/** The resources that `pulumi up` is to touch: the Secret, and what programs mount of the list. */
export function bansUrns(stack: string): string {
  const type = "mybinder:index:MetaChart$mybinder:index:Bans$kubernetes:core/v1:**";
  return `urn:pulumi:${stack}::mybinder::${type}`;
}

export interface ApplyOptions {
  readonly lists: readonly StackList[];
  readonly bans: readonly Ban[];
  /** Kubeconfig files by stack; the secret `kubeconfig` of a stack is used where there is none. */
  readonly kubeconfigs: ReadonlyMap<string, string>;
  /** What clusters had before: an object that somebody changed since is not overwritten. */
  readonly read: readonly ClusterList[];
  readonly report: Report;
}

/**
 * Applies the list to all clusters at once, each by its kubeconfig; then has Pulumi take it into the state of each stack, so
 * that the next `pulumi up` sees no change. A stack without a kubeconfig gets it by Pulumi alone. Throws Failure with every cluster that does not have it.
 */
export async function applyBans({ lists, report, ...options }: ApplyOptions): Promise<void> {
  const start = performance.now();
  const outcomes = await Promise.all(
    lists.map(async (list) => ({ stack: list.stack, ...(await applyOne(list, options)) })),
  );
  const applied = outcomes.filter(({ problem }) => problem === undefined).map(({ stack }) => stack);
  if (applied.length > 0) {
    report(
      `applied to ${applied.join(", ")} after ${String(Math.round(performance.now() - start))} ms; it holds there within seconds`,
    );
  }
  const missing: string[] = [];
  for (const { stack, problem, overtaken } of outcomes) {
    // Pulumi would overwrite it
    const failure = overtaken
      ? "take their stack files (git pull), or add --keep, and run this again"
      : await recordInState(stack);
    if (failure === undefined) {
      if (problem !== undefined) report(`applied to ${stack} by Pulumi`);
      continue;
    }
    if (problem === undefined) report(`${stack}: ${failure}; its next pulumi up writes the same list again`);
    else missing.push(`${stack}: ${problem}; ${failure}`);
  }
  if (missing.length === 0) return;
  const away = outcomes.some(({ problem, overtaken }) => problem !== undefined && !overtaken);
  throw new Failure(
    `the list is set in the stack files, but not applied to every cluster:\n${missing.join("\n")}` +
      (away ? "\nWhen they answer: npx mybinder bans apply --kubeconfig STACK=FILE" : ""),
  );
}

/** What became of the list at a cluster, by its kubeconfig. */
interface Applied {
  /** Why it did not get there; `undefined` when it did. */
  readonly problem: string | undefined;
  /** Whether somebody else changed the object since it was read. */
  readonly overtaken?: boolean;
}

async function applyOne(
  list: StackList,
  { bans, kubeconfigs, read }: Omit<ApplyOptions, "lists" | "report">,
): Promise<Applied> {
  const outcome = await withCluster(list, kubeconfigs, (ask) => {
    const args = ["apply", "--server-side", "--force-conflicts", "--field-manager", "mybinder-bans"];
    const { metadata, ...rest } = bansSecret(list.stack, bans);
    const resourceVersion = read.find(({ stack }) => stack === list.stack)?.resourceVersion;
    const manifest = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...metadata, resourceVersion },
      ...rest,
    };
    return ask([...args, "--request-timeout", "10s", "--filename", "-"], JSON.stringify(manifest));
  });
  if (outcome === undefined) {
    return { problem: "no kubeconfig (its secret is not set, and no --kubeconfig names one)" };
  }
  if (outcome.code === 0) return { problem: undefined };
  if (outcome.stderr.includes("the object has been modified")) {
    return { problem: "somebody else changed its list at the same moment", overtaken: true };
  }
  return { problem: `kubectl: ${outcome.stderr.trim().split("\n").at(-1) ?? ""}` };
}

async function recordInState(stack: string): Promise<string | undefined> {
  const args = ["up", "--stack", stack, "--target", bansUrns(stack), "--yes", "--skip-preview"];
  const { code, stderr, stdout } = await pulumiCli(args);
  if (code === 0) return undefined;
  const last =
    `${stdout}\n${stderr}`
      .trim()
      .split("\n")
      .findLast((line) => /\berror: /i.test(line)) ?? "it failed";
  return `pulumi up --target did not record it: ${last.trim()}`;
}
