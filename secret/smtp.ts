import { always, monitored } from "./needs";
import type { GivenSecret } from "./types";

/** How Grafana sends mail, by its own names of the settings (https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#smtp). */
interface Smtp {
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly from_address?: string;
  readonly from_name?: string;
}

/** The mail server of Grafana's alerts: an environment from a Secret, so that nothing of it is in Grafana's ConfigMap. */
export const grafanaSmtp: Omit<GivenSecret, "source" | "placeholder"> = {
  key: "grafanaSmtp",
  purpose:
    "mail server (host with port, user, password) that Grafana sends alerts with; without it none is sent by mail",
  usedBy: "Grafana",
  shape: "smtp",
  format: "yaml",
  optional: always,
  values: ["grafana.envRenderSecret"],
  part: (value) => environmentOf(value as Smtp),
  neededBy: monitored,
  rotation: {
    renew: "make another password at the mail server's provider; each stack has an account of its own",
    effect: "Grafana restarts",
    revoke: "end the old password there",
  },
};

function environmentOf(smtp: Smtp): Record<string, string> {
  const settings = Object.entries({ enabled: "true", ...smtp }).map(([name, value]) => [
    `GF_SMTP_${name.toUpperCase()}`,
    verbatim(value),
  ]);
  return Object.fromEntries(settings) as Record<string, string>;
}

/** Grafana's chart takes these values for templates. */
function verbatim(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}
