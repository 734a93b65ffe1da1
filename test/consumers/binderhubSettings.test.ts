// Proves: what BinderHub is set to, by its own configuration file from the real chart, run by Python on the Secret that the
// chart renders with a stack's values. Does not prove: what BinderHub does with it (test/live), or that a trait exists
// (test/consumers/traits.test.ts).
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import type { Placed } from "../../tools/lab/rehearse/references/dangling";
import { secretsOf } from "../../secret/catalogue";
import { realChartFolder } from "../support/chartFolders";
import { effectiveSettings, pythonForSettings, type Settings } from "../support/effective";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart } from "../support/metaChart";
import { contentsOf, objectNamed } from "../support/podFiles";
import { programRecorder } from "../support/program";
import { servingStacks } from "../support/serving";
import { stackObjects } from "../support/stackObjects";

const charts = realChartFolder();
const python = pythonForSettings();

const BANS = {
  GitHubRepoProvider: ["^banned/.*"],
  GitLabRepoProvider: ["^gitlab-banned%2F.*"],
  GitRepoProvider: [".*example\\.org%2Fbanned.*"],
};

const BOOST = { until: "2999-12-31", reason: "as the test wants it" };
const BOOSTS = [
  { ...BOOST, repositories: "^owner/course/.*", quota: 250 },
  { ...BOOST, repositories: "^group%2Fcourse/.*", provider: "GitLabRepoProvider", quota: 30 },
  { ...BOOST, repositories: "^later/.*", quota: 7, from: "2999-12-30" },
  { ...BOOST, repositories: "^ended/.*", quota: 7, until: "2026-01-01" },
];

(charts !== undefined && python !== undefined ? describe : describe.skip).each(servingStacks())(
  "BinderHub of stack %s",
  (name, { stack, raw, member }) => {
    const binder = (raw["binder"] ?? {}) as Readonly<Record<string, unknown>>;
    const recorder = programRecorder();
    let chart: AssembledChart;
    let placed: Placed[];
    let settings: Settings;
    beforeAll(async () => {
      chart = await AssembledChart.create(charts);
      const { config, secretKeys } = rehearsalConfig({ stack, raw });
      const banned = {
        ...config,
        "mybinder:bannedSpecs": JSON.stringify(BANS),
        "mybinder:boosts": JSON.stringify(BOOSTS),
      };
      placed = await stackObjects(chart, name, await recorder.record(name, { config: banned, secretKeys }));
      settings = await effectiveSettings(python ?? "", placed, "binder");
    }, HELM_BUILD_MS);
    afterAll(() => {
      recorder.end();
      chart.remove();
    });

    test("limits launches to the quota, and finds the hub", () => {
      expect(settings["LaunchQuota"]).toEqual({ total_quota: member.launchQuota });
      if (binder["quota"] !== undefined) expect(member.launchQuota).toBe(binder["quota"]);
      expect(settings["BinderHub"]).toMatchObject({ hub_url: member.hubUrl, per_repo_quota: 100 });
    });

    test("builds on user nodes, under the registry's prefix, and as many at once as the stack says", () => {
      const registry = raw["registry"] as { kind?: string } | undefined;
      const apart = stack.pools.some(({ purpose }) => purpose === "user");
      const selector = apart ? { "mybinder.org/node-purpose": "user" } : {};
      expect(selectorOfDocker(placed)).toEqual(selector);
      expect(settings["BinderHub"]).toMatchObject({
        image_prefix: member.registry.imagePrefix,
        use_registry: registry?.kind !== "none",
        concurrent_build_limit: member.buildsPerPod,
        build_node_selector: selector,
        build_docker_host: "unix:///var/run/dind/docker.sock",
      });
    });

    test("shows the operators' words, and counts visits as the live pages do", () => {
      const { banner_message, about_message, extra_header_html, template_variables } =
        settings["BinderHub"] ?? {};
      expect(banner_message).toContain('<a href="https://bids.berkeley.edu">BIDS</a> for supporting us!');
      expect(about_message).toContain('href="mailto:binder-team@googlegroups.com"');
      expect(JSON.stringify({ extra_header_html, template_variables })).toContain("https://plausible.io/js/");
    });

    test("signs its pages with the secret of its federation, or with one of its own where it is alone", () => {
      const { build_token_secret: signs } = settings["BinderHub"] ?? {};
      const shared = secretsOf(stack.config).find(({ key }) => key === "buildTokenSecret");
      expect(signs).toBe(shared?.source === "given" ? shared.placeholder : "hex-of-build-token");
    });

    test("bans what the secret bans, by provider", () => {
      expect(settings["GitHubRepoProvider"]).toMatchObject({ banned_specs: BANS.GitHubRepoProvider });
      expect(settings["GistRepoProvider"]).toMatchObject({ banned_specs: BANS.GitHubRepoProvider });
      expect(settings["GitLabRepoProvider"]).toMatchObject({ banned_specs: BANS.GitLabRepoProvider });
      expect(settings["GitRepoProvider"]).toMatchObject({ banned_specs: BANS.GitRepoProvider });
    });

    test("gives repositories the quotas of today's boosts, after those that always hold", () => {
      const { spec_config } = settings["GitHubRepoProvider"] ?? {};
      const always = ["^ipython/ipython-in-depth.*", "^petlja/.*", "^MNGuenther/hackanexoplanet-env.*"];
      expect((spec_config as { pattern: string }[]).map(({ pattern }) => pattern)).toEqual([
        ...always,
        "^owner/course/.*",
      ]);
      expect(spec_config).toContainEqual({ pattern: "^owner/course/.*", config: { quota: 250 } });
      expect(settings["GitLabRepoProvider"]).toMatchObject({
        spec_config: [{ pattern: "^group%2Fcourse/.*", config: { quota: 30 } }],
      });
    });

    test("tells of launches where the stack has events, and nowhere else", () => {
      const told = binder["events"] === false ? undefined : { handlers_maker: "<cloud_handlers>" };
      expect(settings["EventLog"]).toEqual(told);
    });

    test("speaks to the hub with the token that the hub knows", async () => {
      const hub = await effectiveSettings(python ?? "", placed, "hub");
      const services = hub["JupyterHub"]?.["services"] as readonly { name: string; api_token: string }[];
      const known = services.find((service) => service.name === "binder")?.api_token;
      expect(known).toMatch(/./);
      expect(contentsOf(placed, "Secret", "hub")["hub.services.binder.apiToken"]).toBe(known);
    });
  },
);

/** The node selector of the Docker that builds. */
function selectorOfDocker(placed: readonly Placed[]): unknown {
  const set = placed.find(
    ({ object }) => object.kind === "DaemonSet" && object.metadata.name.endsWith("-dind"),
  );
  const { template } = objectNamed(placed, "DaemonSet", set?.object.metadata.name ?? "dind").object.spec as {
    template: { spec: { nodeSelector?: unknown } };
  };
  return template.spec.nodeSelector ?? {};
}
