import { deployRoles, mergedRoles, previewRoles } from "../../../bootstrap/googleRoles";
import type { StackConfig } from "../../../model/schema/stack";
import { parseConfig } from "../../../model/stack/config";
import { stackNames } from "../../../model/stack/stackFiles";
import { ROOT } from "../../../tools/ground/root";
import { stackConfig } from "../../../tools/ground/stackFile/stacks";

const gke = (managed: boolean): object => ({
  kind: "gke",
  managed,
  project: "p-1",
  location: "us-central1",
  pools: { core: { machineType: "e2-highmem-2", min: 1, max: 1, diskGiB: 64 } },
});
const member = (more: object): StackConfig =>
  parseConfig("probe", {
    role: "member",
    domain: "probe.example.org",
    cluster: gke(false),
    registry: { kind: "none" },
    ...more,
  });
const repository = { kind: "googleArtifactRegistry", project: "p-2", location: "us" };

test("a stack that makes nothing at Google gets no role there", () => {
  expect(deployRoles(member({}))).toEqual([]);
  const managed = stackNames(ROOT).filter((name) => deployRoles(stackConfig(name)).length > 0);
  expect(managed).toEqual([]); // every stack of the repository has managed: false
});

test("what is made decides the roles, in the project where it is made", () => {
  const roles = deployRoles(member({ cluster: gke(true), registry: repository }));
  expect(roles.map(({ project, role }) => `${project} ${role}`)).toEqual([
    "p-1 roles/container.admin",
    "p-1 roles/compute.networkAdmin",
    "p-1 roles/iam.serviceAccountUser",
    "p-1 roles/iam.serviceAccountAdmin",
    "p-1 roles/resourcemanager.projectIamAdmin",
    "p-2 roles/artifactregistry.admin",
    "p-2 roles/iam.serviceAccountAdmin",
  ]);
});

test("what gives roles to others may give only those that the program gives", () => {
  const cluster = deployRoles(member({ cluster: gke(true) }));
  const events = deployRoles(
    parseConfig("proxy", {
      role: "proxy",
      domain: "example.org",
      cluster: gke(false),
      federation: { members: [{ name: "probe", weight: 1 }] },
      google: { project: "p-1", prefix: "x" },
    }),
  );
  const [granting, ...more] = mergedRoles([...cluster, ...events]).filter(({ grants }) => grants);
  expect(more).toEqual([]);
  expect(granting?.grants).toEqual([
    "roles/artifactregistry.reader",
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/monitoring.viewer",
  ]);
});

test("a preview changes nothing: no role of it is one of a deploy", () => {
  const config = member({ cluster: gke(true), registry: repository });
  const deploys = new Set(deployRoles(config).map(({ role }) => role));
  const previews = previewRoles(config).map(({ role }) => role);
  expect(previews.filter((role) => deploys.has(role) || /admin|User$/i.test(role))).toEqual([]);
  expect(previewRoles(config).some(({ grants }) => grants)).toBe(false);
});
