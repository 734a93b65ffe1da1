import { Service } from "@pulumi/gcp/projects";
import type * as pulumi from "@pulumi/pulumi";
import { deployRoles } from "./googleRoles";
import type { PlannedStack } from "./plan";
import type { Settings } from "./settings";

/** Of what the bootstrap itself makes, and of the login of CI. */
const ALWAYS = [
  "cloudkms",
  "cloudresourcemanager",
  "iam",
  "iamcredentials",
  "secretmanager",
  "storage",
  "sts",
];
/** Of what the stacks make, by the start of the role that makes it. */
const BY_ROLE: Readonly<Record<string, string>> = {
  "roles/container.": "container",
  "roles/compute.": "compute",
  "roles/artifactregistry.": "artifactregistry",
  "roles/dns.": "dns",
  "roles/logging.": "logging",
};

/** Google's APIs that must be on. They stay on when the bootstrap goes: others may use them. */
export function apis(
  { project, dns }: Settings,
  stacks: readonly PlannedStack[],
  opts: pulumi.CustomResourceOptions,
): Service[] {
  const roles = stacks.flatMap(({ config }) => deployRoles(config));
  const wanted = [
    ...[...ALWAYS, ...(dns ? ["dns"] : [])].map((api) => `${project} ${api}`),
    ...roles.flatMap(({ project: at, role }) =>
      Object.entries(BY_ROLE).flatMap(([start, api]) => (role.startsWith(start) ? [`${at} ${api}`] : [])),
    ),
  ];
  return [...new Set(wanted)].map((one) => {
    const [at = "", api = ""] = one.split(" ");
    return new Service(
      `api-${at}-${api}`,
      { project: at, service: `${api}.googleapis.com`, disableOnDestroy: false },
      opts,
    );
  });
}
