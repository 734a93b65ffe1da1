import type { Topic } from "../alert";

/** `member` too: a dead member silences the probes of its hosts. */
const failing = (service: string): string =>
  `label_replace(probe_success{service${service}"federation"} == 0, "member", "$1", "stack", "(.+)")`;

/** Public hosts from outside: the members' by the proxy, the proxy's by the members. */
export const probes: Topic = {
  name: "probes",
  of: ({ probed }) => probed.length > 0,
  alerts: () => [
    {
      name: "FrontPageDown",
      severity: "critical",
      summary: "The front page {{ $labels.instance }} of {{ $labels.stack }} does not answer as it should",
      dashboard: "service",
      watches: ["blackbox-exporter", "federation-proxy", "cluster-entrypoint"],
      expr: failing("="),
      for: "3m",
    },
    {
      name: "PublicHostDown",
      severity: "critical",
      summary: "{{ $labels.instance }} of {{ $labels.stack }} does not answer as it should",
      dashboard: "service",
      watches: ["blackbox-exporter", "dns", "dnsZone", "traefik", "grafana", "harbor", "prometheus"],
      expr: failing("!="),
      for: "10m",
    },
    {
      name: "PublicHostSlow",
      severity: "warning",
      summary: "{{ $labels.instance }} takes {{ $value | humanizeDuration }} to answer",
      dashboard: "service",
      watches: ["blackbox-exporter", "traefik"],
      expr: "avg_over_time(probe_duration_seconds[15m]) > 5",
      for: "15m",
    },
    {
      name: "PublicCertificateEnds",
      severity: "warning",
      summary: "{{ $labels.instance }} shows a certificate that ends in {{ $value | humanizeDuration }}",
      dashboard: "certificates",
      watches: ["blackbox-exporter", "cert-manager", "certificates"],
      // cert-manager's own alerts come first, also for certificates of 45 days: then what it renewed is not what is shown
      expr: "probe_ssl_earliest_cert_expiry - time() < 7 * 86400",
      for: "1h",
    },
    {
      name: "ProbesMissing",
      severity: "warning",
      summary: "No public host is probed: a host that is down goes unnoticed",
      dashboard: "monitoring",
      watches: ["blackbox-exporter"],
      expr: "absent(probe_success)",
      for: "15m",
    },
  ],
};
