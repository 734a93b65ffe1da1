import type { Topic } from "../alert";

/** The way in: the entrypoint's Service and Traefik. */
export const ingress: Topic = {
  name: "ingress",
  of: () => true,
  alerts: () => [
    {
      name: "IngressFailing",
      severity: "critical",
      summary: "{{ $value | humanizePercentage }} of Traefik's answers are errors of what is behind it",
      dashboard: "service",
      watches: ["traefik", "cluster-entrypoint"],
      expr:
        'sum(rate(traefik_entrypoint_requests_total{entrypoint=~"web|websecure",code=~"5.."}[5m]))' +
        ' / sum(rate(traefik_entrypoint_requests_total{entrypoint=~"web|websecure"}[5m])) > 0.1',
      for: "10m",
    },
    {
      name: "IngressSilent",
      severity: "critical",
      summary: "No Traefik tells how it does: perhaps no public host answers",
      dashboard: "service",
      watches: ["traefik", "cluster-entrypoint"],
      expr: "absent(traefik_config_last_reload_success)",
      for: "10m",
    },
  ],
};
