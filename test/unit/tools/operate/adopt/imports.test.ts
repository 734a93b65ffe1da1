import { leftToImport, readPreview } from "../../../../../tools/operate/adopt/imports";

const ISSUER = "kubernetes:cert-manager.io/v1:ClusterIssuer";
const URN = "urn:pulumi:staging::mybinder::";
const file = {
  nameTable: { provider: `${URN}pulumi:providers:kubernetes::staging` },
  resources: [
    { type: "mybinder:index:Certificates", name: "certificates", component: true },
    { type: "mybinder:index:MetaChart", name: "metaChart", logicalName: "mybinder", component: true },
    { type: ISSUER, name: "certificates-prod", id: "prod", parent: "certificates" },
    { type: "kubernetes:helm.sh/v3:Release", name: "mybinder", id: "staging/staging", parent: "metaChart" },
  ],
} as const;
const CERTIFICATES = `${URN}mybinder:index:Certificates::certificates`;
const ISSUER_URN = `${URN}mybinder:index:Certificates$${ISSUER}::certificates-prod`;
const META_CHART = `${URN}mybinder:index:MetaChart::mybinder`;
const RELEASE = `${URN}mybinder:index:MetaChart$kubernetes:helm.sh/v3:Release::mybinder`;

test("an empty state lacks everything", () => {
  expect(leftToImport(file, [])).toEqual(file);
});

test("after an interrupted import, what is there is not imported again, and its component is named", () => {
  expect(leftToImport(file, [CERTIFICATES, ISSUER_URN])).toEqual({
    nameTable: { ...file.nameTable, certificates: CERTIFICATES },
    resources: [file.resources[1], file.resources[3]],
  });
});

test("a release and its component have one name, and are told apart by their types", () => {
  expect(leftToImport(file, [CERTIFICATES, ISSUER_URN, META_CHART])?.resources).toEqual([file.resources[3]]);
  expect(leftToImport(file, [CERTIFICATES, ISSUER_URN, RELEASE])).toBeUndefined();
});

test("a preview's operations are counted, and what would be lost is named", () => {
  const steps = [
    { op: "same", urn: "a" },
    { op: "update", urn: "b" },
    { op: "update", urn: "c" },
    { op: "create-replacement", urn: "d" },
    { op: "replace", urn: "d" },
    { op: "delete-replaced", urn: "d" },
    { op: "delete", urn: "e" },
  ];
  expect(readPreview(JSON.stringify({ steps }))).toEqual({
    counts: { same: 1, update: 2, "create-replacement": 1, replace: 1, "delete-replaced": 1, delete: 1 },
    lost: ["d", "e"],
  });
  expect(readPreview(JSON.stringify({ steps: steps.slice(0, 3) })).lost).toEqual([]);
});
