import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { kubectl, kubectlCommand, type KubectlAccess } from "../../ground/cluster/kubectl";
import { Failure } from "../../ground/terminal/failure";
import { type Snapshot, snapshotsIn } from "./snapshots";

const CRON_JOB = "backup-list";

/** What is read and written of a Job. */
interface Job {
  readonly metadata: { readonly name: string };
  readonly spec: {
    ttlSecondsAfterFinished?: number;
    backoffLimit?: number;
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly env: { name: string; value: string }[] }[] };
    };
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** How long to wait, and what ends the waiting. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Between two looks; default 1000. */
  readonly pollMs?: number;
}

/**
 * The backups of a stack, by a Job in its cluster: only there are the bucket's key and the password. Removes the Job. Throws a
 * Failure with the Job's own last words, or when nothing is backed up there, or it does not end in time.
 */
export async function listSnapshots(
  access: KubectlAccess,
  namespace: string,
  patience: Patience,
): Promise<Snapshot[]> {
  const ask = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(access, ["--namespace", namespace, ...args], input);
    if (code === 0) return stdout;
    if (/cronjobs.*"backup-list" not found/.test(stderr)) {
      throw new Failure(
        `${namespace} backs nothing up: its cluster has no CronJob ${CRON_JOB}; set mybinder:backup and deploy (docs/backup.md)`,
      );
    }
    throw new Failure(`kubectl ${args.slice(0, 2).join(" ")}: ${stderr.trim()}`);
  };
  const name = `${CRON_JOB}-${randomBytes(4).toString("hex")}`;
  const from = ["create", "job", name, `--from=cronjob/${CRON_JOB}`, "--dry-run=client", "--output=json"];
  const job = JSON.parse(await ask(from)) as Job;
  job.spec.backoffLimit = 0;
  // if this command is killed, Kubernetes removes it
  job.spec.ttlSecondsAfterFinished = 600;
  for (const { env } of job.spec.template.spec.containers) env.push({ name: "AS_JSON", value: "yes" });
  await ask(["create", "--filename=-"], JSON.stringify(job));
  try {
    // the Job and its pod are removed below, what happened to them stays for an hour
    const events = ["--namespace", namespace, "get", "events", "--sort-by=.lastTimestamp"];
    const look = kubectlCommand(access, events);
    const ended = await end(() => ask(["get", "job", name, "--output=json"]), look, patience);
    const log = await ask(["logs", `job/${name}`]);
    if (ended === "Complete") return snapshotsIn(log, new Date());
    throw new Failure(`the backups of ${namespace} cannot be listed: ${log.trim().split("\n").at(-1) ?? ""}`);
  } finally {
    await ask(["delete", "job", name, "--ignore-not-found", "--wait=false"]);
  }
}

async function end(
  get: () => Promise<string>,
  look: string,
  { timeoutMs, signal, pollMs = 1000 }: Patience,
): Promise<string> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const { status } = JSON.parse(await get()) as Job;
    const ended = status?.conditions?.find(
      ({ type, status: holds }) => holds === "True" && (type === "Complete" || type === "Failed"),
    );
    if (ended) return ended.type;
    if (performance.now() > until) {
      throw new Failure(
        `the Job did not end in ${String(timeoutMs / 1000)} s; look why at the events of its pod: ${look}`,
      );
    }
    await sleep(pollMs, undefined, { signal });
  }
}
