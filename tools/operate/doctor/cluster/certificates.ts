import type { KubeObject } from "../../../ground/cluster/kubectl";
import type { Finding } from "../diagnosis";
import { spanText } from "../text";
import type { Target } from "./target";

/** A certificate takes this long to be issued when all is well, in ms. */
const ISSUE_MS = 10 * 60_000;

/** A Certificate of cert-manager. */
export interface Certificate extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly creationTimestamp?: string };
}

/** Certificates that are not Ready, and those whose renewal is late by a day. */
export function certificateFindings(
  { kubectlCommand }: Target,
  certificates: readonly Certificate[],
  now: Date,
): Finding[] {
  return certificates.flatMap((certificate): Finding[] => {
    const { name, namespace = "" } = certificate.metadata;
    const found = problemOf(certificate, now);
    if (found === undefined) return [];
    const fix = kubectlCommand(
      "describe",
      "certificate,certificaterequest,order,challenge",
      "--namespace",
      namespace,
    );
    return [{ level: "problem", about: `certificate ${namespace}/${name}`, found, fix }];
  });
}

function problemOf({ metadata, status = {} }: Certificate, now: Date): string | undefined {
  const conditions = (status["conditions"] ?? []) as readonly {
    type: string;
    status: string;
    message?: string;
  }[];
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") {
    const age = now.getTime() - Date.parse(metadata.creationTimestamp ?? "");
    if (age <= ISSUE_MS) return undefined;
    return `not Ready${ready?.message === undefined ? "; cert-manager gives no reason" : `: ${ready.message}`}`;
  }
  const renewal = Date.parse(String(status["renewalTime"]));
  const late = now.getTime() - renewal;
  if (!(late > 24 * 3600 * 1000)) return undefined;
  return `its renewal is ${spanText(late)} late; it expires on ${String(status["notAfter"]).slice(0, 10)}`;
}
