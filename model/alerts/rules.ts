import type { Values } from "../schema/plain/mergeValues";
import type { Stack } from "../stack/config";
import { urlsOf } from "../member/hosts";
import type { Alert, Recording } from "./alert";
import { TOPICS } from "./topics";

/** Where the runbook pages of docs/runbooks are read. */
export const RUNBOOKS = "https://github.com/jupyterhub/mybinder.org-deploy/blob/main/docs/runbooks";

/** Rule files of Prometheus, by what they are called in its ConfigMap. */
export interface RuleFiles {
  readonly alerting: Values;
  readonly recording: Values;
}

/** The alerts of a stack. */
export function alertsOf(stack: Stack): Alert[] {
  return TOPICS.filter((topic) => topic.of(stack)).flatMap((topic) => topic.alerts(stack));
}

/** The recorded series of a stack. */
export function recordingsOf(stack: Stack): Recording[] {
  return TOPICS.filter((topic) => topic.of(stack)).flatMap((topic) => topic.recordings?.(stack) ?? []);
}

/** What a stack's Prometheus evaluates: one group of rules for each topic. */
export function ruleFiles(stack: Stack): RuleFiles {
  const topics = TOPICS.filter((topic) => topic.of(stack));
  const file = (rules: (topic: (typeof topics)[number]) => Values[]): Values => {
    const groups = topics.map((topic) => ({ name: topic.name, rules: rules(topic) }));
    return { groups: groups.filter((group) => group.rules.length > 0) };
  };
  return {
    recording: file((topic) => (topic.recordings?.(stack) ?? []).map(recordingRule)),
    alerting: file((topic) => topic.alerts(stack).map((alert) => alertingRule(stack, alert))),
  };
}

function recordingRule({ record, expr, labels }: Recording): Values {
  return { record, expr, ...(labels && { labels }) };
}

function alertingRule(stack: Stack, alert: Alert): Values {
  const { name, severity, summary, dashboard, expr, labels } = alert;
  const runbook = `${RUNBOOKS}/${name}.md`;
  const graphs = `${urlsOf(stack.config, stack.hosts).grafana}/d/${dashboard}`;
  return {
    alert: name,
    expr,
    ...(alert.for !== undefined && { for: alert.for }),
    labels: { severity, ...labels },
    annotations: {
      summary,
      runbook_url: runbook,
      dashboard_url: graphs,
      // for receivers that show one text, as Zulip's integration does
      message: `**${stack.name}**: ${summary}. [Runbook](${runbook}), [dashboard](${graphs})`,
    },
  };
}
