import type { Finding } from "../diagnosis";
import { spanText } from "../text";
import { conditionOf, hasFailed, issuanceReason, type IssuanceObject } from "./certificateReason";
import type { Target } from "./target";

/** A certificate takes this long to be issued when all is well, in ms. */
const ISSUE_MS = 10 * 60_000;
/** How much of the time from the renewal to the end may pass until a renewal is late: a day of Let's Encrypt's 30. */
const LATE = 1 / 30;
/** Makes cert-manager forget that the last attempt failed, so that it makes the next one now. */
const AGAIN = '{"status":{"lastFailureTime":null}}';

/** Kinds that `certificateFindings` looks at, as kubectl takes them. */
export const ISSUANCE_KINDS = [
  "certificates.cert-manager.io",
  "certificaterequests.cert-manager.io",
  "orders.acme.cert-manager.io",
  "challenges.acme.cert-manager.io",
].join(",");

/** Certificates that are not Ready, and those whose renewal is late, each with the reason that `objects` know. */
export function certificateFindings(
  { kubectlCommand }: Target,
  objects: readonly IssuanceObject[],
  now: Date,
): Finding[] {
  return objects.flatMap((certificate): Finding[] => {
    if (certificate.kind !== "Certificate") return [];
    const { name, namespace = "" } = certificate.metadata;
    const problem = problemOf(certificate, now);
    if (problem === undefined) return [];
    const reason = issuanceReason(certificate, objects) ?? "cert-manager gives no reason";
    const at = ["--namespace", namespace];
    const again = [
      "patch",
      "certificate",
      name,
      ...at,
      "--subresource=status",
      "--type=merge",
      "--patch",
      AGAIN,
    ];
    const fix = hasFailed(certificate)
      ? `${kubectlCommand(...again)}   # when the cause is gone: docs/certificates.md`
      : kubectlCommand("describe", "certificate,challenge", ...at);
    return [
      { level: "problem", about: `certificate ${namespace}/${name}`, found: `${problem}: ${reason}`, fix },
    ];
  });
}

/** ClusterIssuers that are not Ready: nothing is issued or renewed. */
export function issuerFindings({ kubectlCommand }: Target, issuers: readonly IssuanceObject[]): Finding[] {
  return issuers.flatMap((issuer): Finding[] => {
    const ready = conditionOf(issuer, "Ready");
    if (ready?.status === "True") return [];
    const { name } = issuer.metadata;
    const found = `not Ready: ${ready?.message ?? "cert-manager gives no reason"}`;
    const fix = kubectlCommand("describe", "clusterissuer", name);
    return [{ level: "problem", about: `issuer ${name}`, found, fix }];
  });
}

function problemOf(certificate: IssuanceObject, now: Date): string | undefined {
  const { metadata, status = {} } = certificate;
  if (conditionOf(certificate, "Ready")?.status !== "True") {
    const age = now.getTime() - Date.parse(metadata.creationTimestamp ?? "");
    return age <= ISSUE_MS && !hasFailed(certificate) ? undefined : "not Ready";
  }
  const [renewal, end] = ["renewalTime", "notAfter"].map((key) => Date.parse(String(status[key])));
  if (renewal === undefined || end === undefined) return undefined;
  const late = now.getTime() - renewal;
  if (!(late > LATE * (end - renewal))) return undefined;
  return `its renewal is ${spanText(late)} late; it expires on ${String(status["notAfter"]).slice(0, 10)}`;
}
