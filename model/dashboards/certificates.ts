import { type Dashboard, when } from "./dashboard";

export const certificates: Dashboard = {
  title: "Certificates and ends",
  question: "What ends soon?",
  panels: ({ config, probed }) => [
    ...when(
      config.certificates.tls,
      {
        title: "Time until certificates end",
        unit: "s",
        queries: {
          "{{name}}": "min by (name) (certmanager_certificate_expiration_timestamp_seconds > 0) - time()",
        },
      },
      {
        title: "Certificates that are not ready",
        unit: "short",
        queries: {
          "{{name}}": 'max by (name) (certmanager_certificate_ready_status{condition!="True"}) == 1',
        },
      },
      {
        title: "Requests to the certificate authority",
        unit: "reqps",
        queries: { "{{status}}": "sum by (status) (rate(certmanager_http_acme_client_request_count[1h]))" },
      },
    ),
    ...when(probed.length > 0, {
      title: "Time until what public hosts show ends",
      unit: "s",
      queries: { "{{instance}}": "min by (instance) (probe_ssl_earliest_cert_expiry) - time()" },
    }),
    ...when(
      Object.values(config.secretRecords).some(({ expires }) => expires !== undefined),
      {
        title: "Time until secrets end",
        unit: "s",
        kind: "table",
        queries: { "{{secret}}": "mybinder:secret_end:timestamp_seconds - time()" },
      },
    ),
    {
      title: "Requests with a client certificate that ends within a week",
      unit: "reqps",
      queries: {
        requests: 'sum(rate(apiserver_client_certificate_expiration_seconds_bucket{le=~"604800(.0)?"}[1h]))',
      },
    },
  ],
};
