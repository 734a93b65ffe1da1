import type { Run } from "./run";

interface Schedule {
  readonly schedule?: { readonly type?: string; readonly cron?: string };
  /** JSON text. */
  readonly job_parameters?: string;
}

/** Garbage is collected by the schedule: what no tag names any more goes, and its layers with it. */
export async function ensureGarbageCollection(run: Run): Promise<void> {
  const cron = run.config.garbageCollectionSchedule;
  const { body } = await run.harbor.request<Schedule | undefined>("GET", "/system/gc/schedule");
  const { type, cron: current } = body?.schedule ?? {};
  const none = type === undefined || type === "None";
  const { delete_untagged: untagged } = JSON.parse(body?.job_parameters ?? "{}") as {
    delete_untagged?: boolean;
  };
  if (type === "Custom" && current === cron && untagged === true) return;
  await run.harbor.request(none ? "POST" : "PUT", "/system/gc/schedule", {
    body: { schedule: { type: "Custom", cron }, parameters: { delete_untagged: true, dry_run: false } },
  });
  run.changed(`garbage collection scheduled: ${cron}`);
}
