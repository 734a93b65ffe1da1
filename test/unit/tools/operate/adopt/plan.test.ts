import { readFileSync } from "node:fs";
import { join } from "node:path";
import { adoptPlan, type Live } from "../../../../../tools/operate/adopt/plan";
import { adoptText } from "../../../../../tools/operate/adopt/text";
import { ROOT } from "../../../../../tools/ground/root";

const owned = { "meta.helm.sh/release-name": "staging" };
const object = (kind: string, name: string, namespace?: string, annotations?: Record<string, string>) => ({
  apiVersion: "v1",
  kind,
  metadata: {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(annotations ? { annotations } : {}),
  },
});
const live: Live = {
  releases: ["staging/staging", "cert-manager/cert-manager"],
  objects: [
    object("CustomResourceDefinition", "issuers.cert-manager.io"),
    object("CustomResourceDefinition", "addons.k3s.cattle.io"),
    object("Namespace", "cert-manager"),
    object("Namespace", "staging"),
    object("ClusterIssuer", "letsencrypt-prod", undefined, owned),
    object("Secret", "events-archiver-secrets", "staging", owned),
    object("PersistentVolumeClaim", "hub-db-dir", "staging", owned),
    object("PersistentVolumeClaim", "foreign", "staging"),
  ],
};

test("what the old release owns is kept, and what Helm must own is given to it", () => {
  expect(adoptPlan("staging", true, live).kubectl.map((args) => args.join(" "))).toEqual([
    "annotate --overwrite clusterissuer letsencrypt-prod helm.sh/resource-policy=keep",
    "annotate --overwrite secret events-archiver-secrets --namespace staging helm.sh/resource-policy=keep",
    "annotate --overwrite persistentvolumeclaim hub-db-dir --namespace staging helm.sh/resource-policy=keep",
    "annotate --overwrite customresourcedefinition issuers.cert-manager.io meta.helm.sh/release-name=cert-manager " +
      "meta.helm.sh/release-namespace=cert-manager",
    "label --overwrite customresourcedefinition issuers.cert-manager.io app.kubernetes.io/managed-by=Helm",
  ]);
});

test("the cluster of another stack has no release of it", () => {
  expect(adoptPlan("staging", true, live).release).toBe("staging/staging");
  expect(adoptPlan("prod", false, live).release).toBeUndefined();
});

test("what is not there is said and left out", () => {
  const plan = adoptPlan("staging", true, live);
  expect(plan.missing).toEqual(["kubernetes:cert-manager.io/v1:ClusterIssuer letsencrypt-staging"]);
  expect(plan.importFile.resources.map(({ name }) => name)).not.toContain("certificates-letsencrypt-staging");
  const volumes = { records: ["r"], claims: ["staging-grafana"] };
  const toSet = ["npx mybinder secrets set zulip   # zulip: for a test"];
  const looked = { plan, secrets: [], named: volumes, toSet, replaced: [], waived: [], open: [] };
  const text = adoptText("staging", { kubeconfig: "/k" }, looked);
  expect(text).toContain("# not there, left out: kubernetes:cert-manager.io/v1");
  expect(text).toContain("\nnpx mybinder adopt staging --kubeconfig /k --forget-volumes\n");
  expect(text).toContain("# secrets that the cluster lacks: set them first\nnpx mybinder secrets set zulip ");
  expect(text).not.toContain("LOST");
  const keep = "annotate --overwrite clusterissuer letsencrypt-prod helm.sh/resource-policy=keep";
  expect(text).toContain(`\nkubectl --kubeconfig /k ${keep}\n`);
  expect(adoptText("staging", { kubeconfig: "/k", context: "lab 1" }, looked)).toContain(
    `\nkubectl --kubeconfig /k --context 'lab 1' ${keep}\n`,
  );
  expect(
    adoptText("staging", { kubeconfig: "/k" }, { ...looked, named: undefined, toSet: [] }),
  ).not.toContain("to be set first");
});

test("what is replaced, waived and lost is said, and the loss with the command that waives it", () => {
  const text = adoptText(
    "staging",
    { kubeconfig: "/k" },
    {
      plan: adoptPlan("staging", true, live),
      secrets: [],
      named: undefined,
      toSet: [],
      replaced: [{ name: "Deployment/redirector", by: "HAProxy" }],
      waived: [{ name: "pod-logs", what: "Helm deletes it", reason: "journald keeps them" }],
      open: [{ name: "own.x", what: "the program has no rule for own.x" }],
    },
  );
  expect(text).toContain("# replaced: Deployment/redirector by HAProxy\n");
  expect(text).toContain("# lost, as waived (journald keeps them): pod-logs: Helm deletes it\n");
  expect(text).toContain("#   own.x: the program has no rule for own.x\n");
  expect(text).toContain(
    'npx mybinder adopt staging --kubeconfig /k --waive own.x --reason "WHY IT MAY GO"\n',
  );
});

test("every import is a resource that the program registers, by type and name", () => {
  // What the program registers; test/golden holds the file to that.
  const golden = JSON.parse(readFileSync(join(ROOT, "test/golden/staging.json"), "utf8")) as {
    type: string;
    name: string;
  }[];
  const registered = golden.map(({ type, name }) => `${type} ${name}`);
  const { resources } = adoptPlan("staging", true, live).importFile;
  expect(resources.length).toBeGreaterThan(0);
  for (const { type, name, logicalName } of resources) {
    expect(registered).toContain(`${type} ${logicalName ?? name}`);
  }
});
