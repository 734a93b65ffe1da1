import type { KubeObject } from "../../../ground/cluster/kubectl";

/** A Certificate, or what cert-manager makes to get it: CertificateRequest, Order, Challenge. */
export interface IssuanceObject extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly creationTimestamp?: string };
}

/** A condition of an object of cert-manager. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The condition of that type, if it is there. */
export function conditionOf({ status }: IssuanceObject, wanted: string): Condition | undefined {
  const conditions = (status?.["conditions"] ?? []) as readonly Condition[];
  return conditions.find(({ type }) => type === wanted);
}

/** Whether the last attempt failed, so that cert-manager waits from one hour up to 32 before the next one. */
export function hasFailed(certificate: IssuanceObject): boolean {
  const issuing = conditionOf(certificate, "Issuing");
  return issuing?.status === "False" && issuing.reason === "Failed";
}

/**
 * Why a certificate is not issued, in cert-manager's words, from the object that knows most: the Certificate's own Ready condition
 * says only that there is none yet. `undefined`: no object says it.
 */
export function issuanceReason(
  certificate: IssuanceObject,
  objects: readonly IssuanceObject[],
): string | undefined {
  const { name } = certificate.metadata;
  const isOf = ({ metadata }: IssuanceObject): boolean =>
    metadata.annotations?.["cert-manager.io/certificate-name"] === name;
  const order = newest(objects.filter((one) => one.kind === "Order" && isOf(one)));
  const request = newest(objects.filter((one) => one.kind === "CertificateRequest" && isOf(one)));
  const challenge = newest(
    objects.filter(
      ({ kind, metadata, status }) =>
        kind === "Challenge" &&
        status?.["reason"] !== undefined &&
        // not by its owner: the next attempt's Order has the same name, and then this one's Challenges lose theirs
        order !== undefined &&
        metadata.name.startsWith(`${order.metadata.name}-`),
    ),
  );
  if (challenge) return `the challenge for ${textOf(challenge.spec, "dnsName")}: ${reasonOf(challenge)}`;
  if (order && reasonOf(order) !== "") return `the order: ${reasonOf(order)}`;
  if (hasFailed(certificate)) return oneLine(conditionOf(certificate, "Issuing")?.message);
  if (order && textOf(order.status, "state") === "") {
    return "the ACME server has not answered the order: kubectl --namespace cert-manager logs deploy/cert-manager";
  }
  const waiting = request && conditionOf(request, "Ready");
  if (waiting?.status === "False") return oneLine(waiting.message);
  return oneLine(conditionOf(certificate, "Ready")?.message);
}

function newest(objects: readonly IssuanceObject[]): IssuanceObject | undefined {
  const time = ({ metadata }: IssuanceObject): string => metadata.creationTimestamp ?? "";
  return [...objects].sort((one, other) => time(other).localeCompare(time(one)))[0];
}

function reasonOf({ status }: IssuanceObject): string {
  return oneLine(textOf(status, "reason")) ?? "";
}

function textOf(of: Readonly<Record<string, unknown>> | undefined, key: string): string {
  const value = of?.[key];
  return typeof value === "string" ? value : "";
}

function oneLine(text: string | undefined): string | undefined {
  return text?.replace(/\s+/g, " ").trim();
}
