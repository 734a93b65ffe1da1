import type { Values } from "../schema/plain/mergeValues";
import type { StackConfig } from "../schema/stack";
import { INHIBITIONS } from "./inhibitions";

type Alerting = StackConfig["alerting"];
type Severity = "warning" | "critical";

/** Where Alertmanager finds the credentials of its receivers, a file each: the Secret `alert-receivers`. */
export const RECEIVERS_FOLDER = "/etc/alert-receivers";

/** One who is told, and from which severity. */
interface Receiver {
  readonly name: string;
  readonly atLeast: Severity;
  readonly config: Values;
  readonly route?: Values;
}

/** Whether anybody is told when an alert fires. */
export function hasReceivers(alerting: Alerting): boolean {
  return receivers(alerting).length > 0;
}

/** Alertmanager's configuration without a secret: credentials are files that it reads when it sends. */
export function alertmanagerConfig(alerting: Alerting): Values {
  const told = receivers(alerting);
  const watchdog = { matchers: ['alertname="Watchdog"'] };
  return {
    route: {
      receiver: "nobody",
      group_by: ["alertname", "member"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: `${String(alerting.repeatHours)}h`,
      routes: [
        alerting.deadMansSwitch
          ? { ...watchdog, receiver: "dead-mans-switch", ...often }
          : { ...watchdog, receiver: "nobody" },
        ...told.map(({ name, atLeast, route }) => ({
          matchers: [`severity=~"${atLeast === "critical" ? "critical" : "critical|warning"}"`],
          receiver: name,
          continue: true,
          ...route,
        })),
      ],
    },
    inhibit_rules: INHIBITIONS,
    receivers: [
      { name: "nobody" },
      ...(alerting.deadMansSwitch
        ? [{ name: "dead-mans-switch", webhook_configs: [webhook("dead-mans-switch", false)] }]
        : []),
      ...told.map(({ name, config }) => ({ name, ...config })),
    ],
  };
}

const often = { group_wait: "0s", group_interval: "1m", repeat_interval: "1m" };

function receivers({ webhook: plain, zulip, email, github }: Alerting): Receiver[] {
  return [
    ...(plain ? [{ name: "webhook", ...plain, config: { webhook_configs: [webhook("webhook")] } }] : []),
    ...(zulip ? [{ name: "zulip", ...zulip, config: { webhook_configs: [webhook("zulip")] } }] : []),
    ...(email ? [{ name: "email", ...email, config: { email_configs: [mail(email)] } }] : []),
    ...(github
      ? [
          {
            name: "github",
            ...github,
            config: { webhook_configs: [issue(github.repository)] },
            route: rarely,
          },
        ]
      : []),
  ].map(({ name, atLeast, config, ...rest }) => ({
    name,
    atLeast,
    config,
    ...("route" in rest && { route: rest.route }),
  }));
}

function webhook(file: string, resolved = true): Values {
  return { url_file: `${RECEIVERS_FOLDER}/${file}`, send_resolved: resolved };
}

function mail({ server, from, to, user }: NonNullable<Alerting["email"]>): Values {
  return {
    ...{ to: to.join(", "), from, smarthost: server, send_resolved: true },
    auth_username: user,
    auth_password_file: `${RECEIVERS_FOLDER}/email`,
    headers: { Subject: "[{{ .CommonLabels.stack }}] {{ .Status }}: {{ .CommonLabels.alertname }}" },
  };
}

/** GitHub knows nothing of what is open: an alert that joins, or that still fires, waits before it opens the next issue. */
const rarely = { group_by: ["alertname"], group_wait: "5m", group_interval: "1d", repeat_interval: "7d" };

/** https://docs.github.com/en/rest/issues/issues#create-an-issue */
function issue(repository: string): Values {
  return {
    url: `https://api.github.com/repos/${repository}/issues`,
    send_resolved: false,
    http_config: {
      authorization: { type: "Bearer", credentials_file: `${RECEIVERS_FOLDER}/github` },
    },
    payload: {
      title: "{{ .CommonLabels.stack }}: {{ .CommonLabels.alertname }}",
      body: "{{ range .Alerts.Firing }}- {{ .Annotations.message }} Since {{ .StartsAt }}.\n{{ end }}",
    },
  };
}
