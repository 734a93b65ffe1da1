import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ban } from "../../../model/federation/bans/list";
import { bansSecret } from "../../../model/federation/bans/objects";
import { Failure } from "../../ground/terminal/failure";
import type { Report } from "../../ground/terminal/report";
import type { Outcome } from "../../ground/terminal/run";
import { kubectlOnPath } from "../../ground/cluster/clusterChoice";
import { kubectl } from "../../ground/cluster/kubectl";
import { pulumiCli } from "../../ground/cluster/pulumiCli";
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
  readonly report: Report;
}

/**
 * Applies the list to all clusters at once, each by its kubeconfig; then has Pulumi take it into the state of each stack, so
 * that the next `pulumi up` sees no change. A stack without a kubeconfig gets it by Pulumi alone. Throws Failure with every cluster that does not have it.
 */
export async function applyBans({ lists, bans, kubeconfigs, report }: ApplyOptions): Promise<void> {
  const start = performance.now();
  const outcomes = await Promise.all(
    lists.map(async (list) => ({ stack: list.stack, problem: await applyOne(list, bans, kubeconfigs) })),
  );
  const applied = outcomes.filter(({ problem }) => problem === undefined).map(({ stack }) => stack);
  if (applied.length > 0) {
    report(
      `applied to ${applied.join(", ")} after ${String(Math.round(performance.now() - start))} ms; it holds there within seconds`,
    );
  }
  const missing: string[] = [];
  for (const { stack, problem } of outcomes) {
    const failure = await recordInState(stack);
    if (failure === undefined) {
      if (problem !== undefined) report(`applied to ${stack} by Pulumi`);
      continue;
    }
    if (problem === undefined) report(`${stack}: ${failure}; its next pulumi up writes the same list again`);
    else missing.push(`${stack}: ${problem}; ${failure}`);
  }
  if (missing.length === 0) return;
  throw new Failure(
    `the list is set in the stack files, but not applied to every cluster:\n${missing.join("\n")}\n` +
      "When they answer: npx mybinder bans apply --kubeconfig STACK=FILE",
  );
}

/** Why the list did not get into a cluster by its kubeconfig; `undefined` when it did. */
async function applyOne(
  { stack, secret }: StackList,
  bans: readonly Ban[],
  kubeconfigs: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const file = kubeconfigs.get(stack);
  if (file !== undefined) return applyWith(file, stack, bans);
  const text = secret("kubeconfig");
  if (text === undefined) return "no kubeconfig (its secret is not set, and no --kubeconfig names one)";
  const folder = mkdtempSync(join(tmpdir(), "mybinder-bans-"));
  try {
    chmodSync(folder, 0o700);
    const temporary = join(folder, "kubeconfig");
    writeFileSync(temporary, text, { mode: 0o600 });
    return await applyWith(temporary, stack, bans);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function applyWith(
  kubeconfig: string,
  stack: string,
  bans: readonly Ban[],
): Promise<string | undefined> {
  const args = ["apply", "--server-side", "--force-conflicts", "--field-manager", "mybinder-bans"];
  const more = ["--request-timeout", "10s", "--filename", "-"];
  const manifest = JSON.stringify({ apiVersion: "v1", kind: "Secret", ...bansSecret(stack, bans) });
  const access = kubectlOnPath(stack, kubeconfig);
  const { code, stderr } = await kubectl(
    access,
    [...args, ...more],
    manifest,
    AbortSignal.timeout(20_000),
  ).catch((): Outcome => ({ code: 127, stdout: "", stderr: "there is no kubectl on PATH" }));
  return code === 0 ? undefined : `kubectl: ${stderr.trim().split("\n").at(-1) ?? ""}`;
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
