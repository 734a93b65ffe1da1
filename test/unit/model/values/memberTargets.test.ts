import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveStack } from "../../../../model/stack/config";
import { publicMembers } from "../../../../model/federation/publicMembers";
import { memberScrapeConfigs } from "../../../../model/values/memberTargets";
import { publicConfig } from "../../../../tools/ground/stackFile/stacks";
import { requireReal } from "../../../support/real";

const federation = deriveStack(
  "prod",
  {
    ...publicConfig("prod"),
    federation: {
      members: [
        { name: "bids-ovh", weight: 1 },
        { name: "other", weight: 1, external: { url: "http://binder.example.org:8080", sponsor: "Others" } },
      ],
    },
  },
  publicConfig,
).federation;
const members = federation?.members ?? [];

test("a member's Prometheus is asked for BinderHub's series, a member run by others for its own", () => {
  const text = memberScrapeConfigs(members);
  expect(text).toContain("metrics_path: /federate");
  expect(text).toMatch(
    /- prometheus\.bids\.mybinder\.org\n +labels:\n +member: bids-ovh\n +__scheme__: https/,
  );
  expect(text).toMatch(/- binder\.example\.org:8080\n +labels:\n +member: other\n +__scheme__: http\n/);
});

test("without members there is no job", () => {
  expect(memberScrapeConfigs([])).toBe("");
});

(requireReal("promtool", "prometheus") ? test : test.skip)("Prometheus accepts the jobs", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-promtool-"));
  const file = join(folder, "prometheus.yml");
  writeFileSync(file, `scrape_configs:\n${memberScrapeConfigs(members)}`);
  expect(execFileSync("promtool", ["check", "config", file], { encoding: "utf8" })).toContain("SUCCESS");
  writeFileSync(
    file,
    `scrape_configs:\n${memberScrapeConfigs(members).replace("honor_labels", "honour_labels")}`,
  );
  expect(() => execFileSync("promtool", ["check", "config", file], { stdio: "pipe" })).toThrow(
    /honour_labels/,
  );
  rmSync(folder, { recursive: true });
});

test("the public list has what a status page needs, and of a member run by others what we know", () => {
  expect(publicMembers(members)).toEqual([
    {
      name: "bids-ovh",
      url: "https://bids.mybinder.org",
      lifecycle: "active",
      sponsor: "BIDS",
      grafana: "https://grafana.bids.mybinder.org",
      prometheus: "https://prometheus.bids.mybinder.org",
    },
    { name: "other", url: "http://binder.example.org:8080", lifecycle: "active", sponsor: "Others" },
  ]);
});
