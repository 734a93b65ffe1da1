import type { Alert, Recording, Topic } from "../alert";
import type { Stack } from "../../stack/config";

/** Secrets that end, by what the stack file records of them, and certificates that clients of the API server show. */
export const ends: Topic = {
  name: "ends",
  of: () => true,
  recordings: (stack) => endsOf(stack),
  alerts: (stack) => [...(endsOf(stack).length > 0 ? secrets : []), client],
};

const END = "mybinder:secret_end:timestamp_seconds";

function endsOf({ config }: Stack): Recording[] {
  return Object.entries(config.secretRecords).flatMap(([secret, { expires }]) => {
    if (expires === undefined) return [];
    const end = Date.parse(`${expires}T00:00:00Z`) / 1000;
    return [{ record: END, expr: `vector(${String(end)})`, labels: { secret } }];
  });
}

const secrets: readonly Alert[] = [
  {
    name: "SecretEndsSoon",
    severity: "warning",
    summary: "The secret {{ $labels.secret }} ends in {{ $value | humanizeDuration }}",
    dashboard: "certificates",
    watches: ["secrets", "cluster", "config"],
    expr: `${END} - time() < 45 * 86400`,
    for: "1h",
  },
  {
    name: "SecretEnds",
    severity: "critical",
    summary: "The secret {{ $labels.secret }} ends in {{ $value | humanizeDuration }}",
    dashboard: "certificates",
    watches: ["secrets", "cluster", "config"],
    expr: `${END} - time() < 7 * 86400`,
    for: "1h",
  },
];

/** The histogram's bounds are fixed: 604800 s is seven days. */
const client: Alert = {
  name: "ClientCertificateEnds",
  severity: "critical",
  summary: "A client of the API server uses a certificate that ends within a week",
  dashboard: "certificates",
  watches: ["cluster"],
  // Prometheus 3 writes the bound as 604800.0
  expr: 'sum(increase(apiserver_client_certificate_expiration_seconds_bucket{le=~"604800(.0)?"}[1h])) > 0',
  for: "15m",
};
