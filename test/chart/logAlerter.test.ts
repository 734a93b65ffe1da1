import { AssembledChart, objectOf, type Rendered } from "../support/metaChart";
import { HELM_BUILD_MS } from "../support/helm";

let chart: AssembledChart;
beforeAll(async () => {
  chart = await AssembledChart.create();
}, HELM_BUILD_MS);
afterAll(() => {
  chart.remove();
});

test("the log alerter reads our Secret in place of its chart's ConfigMap: the bot, the site and the rules", async () => {
  const objects = await chart.render("log-alerter");
  const secret = objectOf(objects, "Secret", "log-alerter") as unknown as {
    stringData: Record<string, string>;
  };
  const config = JSON.parse(secret.stringData["config.json"] ?? "") as { zulip: unknown; rules: object };
  expect(config.zulip).toEqual({
    site: "https://jupyter.zulipchat.com",
    bot_email: "bot@example.org",
    bot_key: "not-a-key",
    channel: "alerts",
  });
  expect(Object.keys(config.rules)).toEqual(["Cryptnono killed", "Process scanner stopped"]);

  const deployment = objectOf(objects, "Deployment", "example-k8s-log-alerter-zulip");
  const { containers, volumes } = deployment.spec?.template?.spec ?? { containers: [], volumes: [] };
  expect(volumes).toContainEqual({ name: "credentials", secret: { secretName: "log-alerter" } });
  expect(containers[0]?.["volumeMounts"]).toContainEqual({
    name: "credentials",
    mountPath: "/config/config.json",
    subPath: "config.json",
    readOnly: true,
  });
  expect(JSON.stringify(objectOf(objects, "ConfigMap", "example-k8s-log-alerter-zulip"))).not.toContain(
    "not-a-key",
  );
});

test("without the log alerter there is no Secret for it", async () => {
  const objects = await chart.render("log-alerter", "k8s-log-alerter-zulip.enabled=false");
  const named = (all: readonly Rendered[]): string[] =>
    all.flatMap(({ kind, metadata }) => (kind === "Secret" ? [metadata.name] : []));
  expect(named(await chart.render("log-alerter"))).toContain("log-alerter");
  expect(named(objects)).not.toContain("log-alerter");
});
