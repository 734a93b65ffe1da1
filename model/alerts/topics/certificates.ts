import type { Topic } from "../alert";

/** Seconds until a certificate ends; no series for one that was never issued, whose end is 1970 for cert-manager. */
const LEFT = "(certmanager_certificate_expiration_timestamp_seconds > 0) - time()";
/** The time that a renewal has: 30 days for certificates of 90, 8 hours for those of a day. */
const RENEWAL =
  "(certmanager_certificate_expiration_timestamp_seconds - certmanager_certificate_renewal_timestamp_seconds)";

/** Certificates of the public hosts. Let's Encrypt warns nobody any more. */
export const certificates: Topic = {
  name: "certificates",
  of: ({ config }) => config.certificates.tls,
  alerts: () => [
    {
      name: "CertificateNotReady",
      severity: "warning",
      summary: "The certificate {{ $labels.name }} is not ready",
      dashboard: "certificates",
      watches: ["cert-manager", "certificates"],
      // honor_labels is on for pods: `namespace` is the certificate's
      expr: 'certmanager_certificate_ready_status{condition!="True"} == 1',
      for: "1h",
    },
    {
      name: "CertificateEndsSoon",
      severity: "warning",
      summary:
        "The certificate {{ $labels.name }} ends in {{ $value | humanizeDuration }}, and was not renewed",
      dashboard: "certificates",
      watches: ["cert-manager", "certificates"],
      // 20 days of 30
      expr: `${LEFT} < ${RENEWAL} * 2 / 3`,
      for: "1h",
    },
    {
      name: "CertificateEnds",
      severity: "critical",
      summary: "The certificate {{ $labels.name }} ends in {{ $value | humanizeDuration }}",
      dashboard: "certificates",
      watches: ["cert-manager", "certificates"],
      // nearly 4 days of 30
      expr: `${LEFT} < ${RENEWAL} / 8`,
      for: "10m",
    },
    {
      name: "CertificateIssuerNotReady",
      severity: "warning",
      summary: "The issuer {{ $labels.name }} is not ready: no certificate is renewed",
      dashboard: "certificates",
      watches: ["cert-manager", "certificates"],
      expr: 'certmanager_clusterissuer_ready_status{condition!="True"} == 1',
      for: "30m",
    },
    {
      name: "CertManagerSilent",
      severity: "warning",
      summary: "cert-manager tells nothing: no certificate is renewed, and none is watched",
      dashboard: "certificates",
      watches: ["cert-manager", "certificates"],
      expr: "absent(certmanager_clusterissuer_ready_status)",
      for: "30m",
    },
  ],
};
