import type { IssuanceObject } from "../../../../../tools/operate/doctor/cluster/certificateReason";
import {
  certificateFindings,
  issuerFindings,
} from "../../../../../tools/operate/doctor/cluster/certificates";
import { targetOf } from "../../../../../tools/operate/doctor/cluster/target";
import { loadStackFile } from "../../../../../tools/ground/stackFile/stacks";

const NOW = new Date("2026-11-24T12:00:00Z");
const TARGET = targetOf(loadStackFile("staging").stack, {
  kubectl: "kubectl",
  helm: "helm",
  kubeconfig: "/k",
});
const MISSING = "Issuing certificate as Secret does not exist";

function object(
  kind: string,
  name: string,
  { minutesOld = 99, of = "", spec = {}, status = {} } = {},
): IssuanceObject {
  return {
    apiVersion: "v1",
    kind,
    metadata: {
      name,
      namespace: "staging",
      creationTimestamp: new Date(NOW.getTime() - minutesOld * 60_000).toISOString(),
      ...(of !== "" && { annotations: { "cert-manager.io/certificate-name": of } }),
    },
    spec,
    status,
  };
}
const condition = (type: string, status: string, message?: string, reason?: string) => ({
  type,
  status,
  message,
  reason,
});
const certificate = (name: string, minutesOld: number, ...conditions: object[]): IssuanceObject =>
  object("Certificate", name, { minutesOld, status: { conditions } });
const missing = (name: string): IssuanceObject =>
  certificate(name, 99, condition("Issuing", "True", MISSING), condition("Ready", "False", MISSING));
const failed = condition("Issuing", "False", "it failed:\n\tbadly", "Failed");
const found = (...objects: IssuanceObject[]): string[][] =>
  certificateFindings(TARGET, objects, NOW).map(({ about, found: words }) => [about, words]);

test("certificates: not Ready, and one that is being issued", () => {
  const notReady = condition("Ready", "False", MISSING);
  expect(
    found(
      certificate("good", 999, condition("Ready", "True")),
      certificate("new", 9, notReady),
      certificate("refused at once", 9, notReady, failed),
      certificate("stuck", 99, notReady),
      certificate("unseen", 99),
    ),
  ).toEqual([
    ["certificate staging/refused at once", "not Ready: it failed: badly"],
    ["certificate staging/stuck", `not Ready: ${MISSING}`],
    ["certificate staging/unseen", "not Ready: cert-manager gives no reason"],
  ]);
});

test.each([
  [
    "90 days",
    "2026-11-20T12:00:00Z",
    "2026-12-20T12:00:00Z",
    "its renewal is 4 d late; it expires on 2026-12-20",
  ],
  ["90 days, since today", "2026-11-23T13:00:00Z", "2026-12-23T13:00:00Z", undefined],
  [
    "a day, since 2 h",
    "2026-11-24T10:00:00Z",
    "2026-11-24T18:00:00Z",
    "its renewal is 2 h late; it expires on 2026-11-24",
  ],
  ["a day, since 10 min", "2026-11-24T11:50:00Z", "2026-11-24T19:50:00Z", undefined],
])("a renewal is late by the time that the certificate holds: %s", (_, renewalTime, notAfter, words) => {
  const late = object("Certificate", "late", {
    status: { conditions: [condition("Ready", "True"), failed], renewalTime, notAfter },
  });
  expect(found(late)).toEqual(
    words === undefined ? [] : [["certificate staging/late", `${words}: it failed: badly`]],
  );
});

test("the reason is that of the object that knows it, and of this certificate's newest attempt", () => {
  const request = object("CertificateRequest", "hub-1", {
    of: "hub",
    status: { conditions: [condition("Ready", "False", 'Referenced "ClusterIssuer" not found')] },
  });
  const order = (name: string, minutesOld: number, status: Record<string, unknown>): IssuanceObject =>
    object("Order", name, { of: "hub", minutesOld, status });
  const challenge = (owner: string, reason: string): IssuanceObject =>
    object("Challenge", `${owner}-1`, { spec: { dnsName: "hub.org" }, status: { reason } });
  const why = (...objects: IssuanceObject[]): string | undefined => found(missing("hub"), ...objects)[0]?.[1];
  expect(why(request)).toBe('not Ready: Referenced "ClusterIssuer" not found');
  expect(why(request, order("a", 5, {}))).toBe(
    "not Ready: the ACME server has not answered the order: kubectl --namespace cert-manager logs deploy/cert-manager",
  );
  const refused = order("a", 5, { state: "errored", reason: "429 rateLimited" });
  expect(why(request, refused)).toBe("not Ready: the order: 429 rateLimited");
  const pending = order("b", 4, { state: "pending" });
  expect(
    why(refused, pending, challenge("a", "an old one"), challenge("b", "wrong status code\n '404'")),
  ).toBe("not Ready: the challenge for hub.org: wrong status code '404'");
  expect(why(object("Order", "c", { of: "other", status: { reason: "of another" } }))).toBe(
    `not Ready: ${MISSING}`,
  );
});

test("what failed is tried again by the printed command, what waits is described", () => {
  const fixes = certificateFindings(
    TARGET,
    [missing("waits"), certificate("refused", 9, condition("Ready", "False"), failed)],
    NOW,
  ).map(({ fix }) => fix);
  expect(fixes).toEqual([
    "kubectl describe 'certificate,challenge' --namespace staging --kubeconfig /k",
    "kubectl patch certificate refused --namespace staging --subresource=status --type=merge --patch " +
      `'{"status":{"lastFailureTime":null}}' --kubeconfig /k   # when the cause is gone: docs/certificates.md`,
  ]);
});

test("an issuer that is not Ready", () => {
  const issuer = (name: string, ...conditions: object[]): IssuanceObject =>
    object("ClusterIssuer", name, { status: { conditions } });
  const issuers = [
    issuer("good", condition("Ready", "True")),
    issuer("bad", condition("Ready", "False", "no account")),
    issuer("new"),
  ];
  expect(issuerFindings(TARGET, issuers).map(({ about, found: words, fix }) => [about, words, fix])).toEqual([
    ["issuer bad", "not Ready: no account", "kubectl describe clusterissuer bad --kubeconfig /k"],
    [
      "issuer new",
      "not Ready: cert-manager gives no reason",
      "kubectl describe clusterissuer new --kubeconfig /k",
    ],
  ]);
});
