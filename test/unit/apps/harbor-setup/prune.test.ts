import { prune } from "../../../../apps/harbor-setup/prune";
import { Run } from "../../../../apps/harbor-setup/run";
import { FakeHarbor } from "../../../support/harbor/fakeHarbor";

test("repositories that are empty for a day are removed, from every page; others stay", async () => {
  const harbor = new FakeHarbor();
  const url = await harbor.start();
  const now = new Date("2026-03-08T03:00:00Z");
  const repository = (
    id: number,
    images: number,
    update_time: string,
  ): Record<string, unknown> & { id: number } => ({
    id,
    name: `builds/i-org/repo-${String(id)}`,
    artifact_count: images,
    update_time,
  });
  const full = Array.from({ length: 150 }, (_, id) => repository(id, 1, "2026-01-01T00:00:00Z"));
  harbor.repositories.set("builds", [
    repository(1000, 0, "2026-01-01T00:00:00Z"),
    ...full,
    repository(1001, 0, "2026-03-07T01:00:00Z"),
    repository(1002, 0, "2026-03-08T02:59:00Z"),
  ]);
  const config = {
    url,
    waitSeconds: 0,
    retentionSchedule: "",
    garbageCollectionSchedule: "",
    projects: [{ name: "builds", quotaGiB: 1, keepDays: 1, robots: [] }],
    mirrors: [],
  };
  const run = new Run(
    config,
    () => "Right1admin",
    () => undefined,
    [],
  );
  await prune(run, now);
  await harbor.stop();
  expect(run.changes).toEqual([
    "repository builds/i-org/repo-1000 removed: it was empty",
    "repository builds/i-org/repo-1001 removed: it was empty",
  ]);
  expect(harbor.repositories.get("builds")).toHaveLength(151);
  expect(harbor.violations).toEqual([]);
});
