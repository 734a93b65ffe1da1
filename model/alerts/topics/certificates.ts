import type { Topic } from "../alert";

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
      // renewed 30 days before its end
      expr: "certmanager_certificate_expiration_timestamp_seconds - time() < 21 * 86400",
      for: "1h",
    },
    {
      name: "CertificateEnds",
      severity: "critical",
      summary: "The certificate {{ $labels.name }} ends in {{ $value | humanizeDuration }}",
      dashboard: "certificates",
      watches: ["cert-manager", "certificates"],
      expr: "certmanager_certificate_expiration_timestamp_seconds - time() < 4 * 86400",
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
