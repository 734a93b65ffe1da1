// Proves: a real Prometheus takes each query of the dashboards of a proxy and of a member, and joins the metrics that the made-up day has,
// which promtool's parser does not see; the pictures in docs are what it answers today.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dashboardsBench, PICTURES } from "../../bench/dashboards";
import { DAY, openMetrics } from "../../bench/dashboards/day";
import { ReplayedPrometheus } from "../../bench/dashboards/prometheus";
import { ROOT } from "../../tools/ground/root";
import { requireReal } from "../support/real";

const withPrometheus = requireReal("prometheus", "prometheus") ? test : test.skip;

withPrometheus(
  "docs/pictures is what `npm run bench -- dashboards --picture docs/pictures` draws",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-pictures-"));
    try {
      const { rows } = await dashboardsBench.run(() => undefined, new AbortController().signal, {
        picture: folder,
      });
      expect(rows.length).toBeGreaterThan(10);
      const pictures = Object.keys(PICTURES).map((uid) => `${uid}.svg`);
      expect(readdirSync(folder).sort()).toEqual(pictures.sort());
      const committed = join(ROOT, "docs", "pictures");
      expect(readdirSync(committed).sort()).toEqual(pictures);
      for (const file of pictures) {
        expect([file, readFileSync(join(committed, file), "utf8")]).toEqual([
          file,
          readFileSync(join(folder, file), "utf8"),
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

withPrometheus("a query that joins many series with many is refused, in Prometheus' words", async () => {
  const prometheus = await ReplayedPrometheus.start(openMetrics());
  try {
    const launches = "binderhub_launch_time_seconds_count";
    await expect(
      prometheus.range(`${launches} / on (status) ${launches}`, DAY, DAY + 60, 60),
    ).rejects.toThrow("many-to-many matching not allowed");
  } finally {
    await prometheus.stop();
  }
});
