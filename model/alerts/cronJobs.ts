/** Seconds since each CronJob that a regular expression names has succeeded, or since it was made while it never has. */
export function sinceSuccess(names: string): string {
  const series = (metric: string): string => `${metric}{cronjob=~"${names}"}`;
  const succeeded = series("kube_cronjob_status_last_successful_time");
  return `time() - max by (cronjob) (${succeeded} or ${series("kube_cronjob_created")})`;
}
