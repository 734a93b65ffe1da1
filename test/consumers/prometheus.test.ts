// Proves: promtool reads the Prometheus configuration of every stack, with what our values put into it, and refuses what is
// wrong; Debian's knows no Kubernetes, so the sections kubernetes_sd_configs are the chart's word. amtool reads that of every
// Alertmanager; which alert goes to whom is in alertmanager.test.ts.
import { parse } from "yaml";
import { alertsOf } from "../../model/alerts/rules";
import { stackNames } from "../../model/stack/stackFiles";
import { CONSUMERS } from "../../tools/lab/rehearse/consumers";
import {
  type Configuration,
  configurations,
  type Consumer,
  read,
} from "../../tools/lab/rehearse/consumers/consumer";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import type { KubeObject } from "../../tools/ground/cluster/kubectl";
import type { Placed } from "../../tools/lab/rehearse/references/dangling";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { chartFolders } from "../support/chartFolders";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart } from "../support/metaChart";
import { programRecorder } from "../support/program";
import { requireReal } from "../support/real";
import { stackObjects } from "../support/stackObjects";

const withPromtool = requireReal("promtool", "prometheus") ? test : test.skip;
const withAmtool = requireReal("amtool", "prometheus-alertmanager") ? test : test.skip;
const [promtool, amtool] = [consumerOf("prometheus.yml"), consumerOf("alertmanager.yml")];
const recorder = programRecorder();
afterAll(recorder.end);

describe.each(chartFolders())("rendered with %s", (_, folder) => {
  let chart: AssembledChart;
  beforeAll(async () => {
    chart = await AssembledChart.create(folder);
  }, HELM_BUILD_MS);
  afterAll(() => {
    chart.remove();
  });
  const rendered = new Map<string, Promise<Placed[]>>();
  const objectsOf = (stack: string): Promise<Placed[]> => {
    const objects = rendered.get(stack) ?? render(stack);
    rendered.set(stack, objects);
    return objects;
  };
  const render = async (stack: string): Promise<Placed[]> =>
    stackObjects(chart, stack, await recorder.record(stack, rehearsalConfig(loadStackFile(stack))));

  withPromtool.each(stackNames(ROOT))("promtool accepts the configuration of stack %s", async (stack) => {
    expect(await read(promtool, await objectsOf(stack))).toEqual({
      read: [`ConfigMap ${stack}-prometheus-server`],
      problems: [],
      notice: undefined,
    });
  });

  withAmtool.each(stackNames(ROOT))("amtool accepts the configuration of stack %s", async (stack) => {
    expect(await read(amtool, await objectsOf(stack))).toEqual({
      read: [`ConfigMap ${stack}-alertmanager`],
      problems: [],
      notice: undefined,
    });
  });

  test.each(stackNames(ROOT))(
    "the Prometheus of stack %s evaluates its rules, and tells its Alertmanager",
    async (stack) => {
      const [{ files }] = configurations(promtool, await objectsOf(stack)) as [Configuration];
      const parsed = parse(files["prometheus.yml"] ?? "") as {
        rule_files: string[];
        alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
      };
      const groups = parsed.rule_files.flatMap((file) => {
        const rules = parse(files[file.replace("/etc/config/", "")] ?? "{}") as {
          groups?: { rules: { alert?: string }[] }[];
        };
        return rules.groups ?? [];
      });
      const alerts = groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
      expect(alerts).toEqual(alertsOf(loadStackFile(stack).stack).map(({ name }) => name));
      expect(parsed.alerting.alertmanagers).toEqual([
        { static_configs: [{ targets: [`${stack}-alertmanager:9093`] }] },
      ]);
      const services = (await objectsOf(stack)).map(({ object }) => `${object.kind}/${object.metadata.name}`);
      expect(services).toContain(`Service/${stack}-alertmanager`);
    },
  );
});

function configMap(name: string, data: Readonly<Record<string, string>>): Placed {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
  return { namespace: "example", object: object };
}

withPromtool.each([
  [
    "a relabelling that does not compile, beside what Debian's promtool does not know",
    {
      "prometheus.yml":
        "scrape_configs:\n- job_name: a\n  kubernetes_sd_configs: [{role: pod}]\n  relabel_configs: [{regex: '('}]\n",
    },
    /missing closing \)/,
  ],
  [
    "a rule that does not parse",
    {
      "prometheus.yml": "rule_files: [/etc/config/rules]\n",
      rules: "groups: [{name: a, rules: [{record: a, expr: 'sum('}]}]\n",
    },
    /rules: .*unclosed left parenthesis/,
  ],
])("promtool refuses %s", async (_, data, message) => {
  const { problems } = await read(promtool, [configMap("prometheus", data)]);
  expect(problems).toEqual([
    expect.stringMatching(/^Prometheus rejects its configuration in ConfigMap prometheus:/),
  ]);
  expect(problems[0]).toMatch(message);
});

withAmtool("amtool reads an Alertmanager's configuration where there is one, from a Secret too", async () => {
  const good = "route: {receiver: none}\nreceivers: [{name: none}]\n";
  const secret = {
    ...configMap("mail", {}),
    object: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "mail" },
      data: { "alertmanager.yml": Buffer.from(good).toString("base64") },
    } as KubeObject,
  };
  const wrong = configMap("wrong", { "alertmanager.yml": "route: {receiver: nobody}\nreceivers: []\n" });
  const { read: objects, problems } = await read(amtool, [secret, wrong]);
  expect(objects).toEqual(["Secret mail", "ConfigMap wrong"]);
  expect(problems).toEqual([
    expect.stringMatching(
      /^Alertmanager rejects its configuration in ConfigMap wrong:\n.*undefined receiver "nobody"/s,
    ),
  ]);
});

/** The program that reads that file in every rehearsal. */
function consumerOf(file: string): Consumer {
  const consumer = CONSUMERS.find((one) => one.file === file);
  if (!consumer) throw new Error(`no rehearsal lets a program read ${file}`);
  return consumer;
}
