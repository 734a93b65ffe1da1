import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type Prepared, prepare } from "../../../bootstrap/prepare";
import { recordRemote } from "../../../tools/lab/rehearse/remote";
import { ROOT } from "../../../tools/ground/root";
import { type Registered, recordRegistrations, valueOf } from "../../support/mocks";

/* The whole program under mocks, with the stack files of the repository: what Google would be asked for. */

const CONFIG = {
  "mybinder-bootstrap:project": "binderhub-288415",
  "mybinder-bootstrap:prefix": "mybinder",
  "mybinder-bootstrap:github": '{"repository":"jupyterhub/mybinder.org-deploy","repositoryId":7}',
  "mybinder-bootstrap:dns": '{"zone":"mybinder-org","domain":"mybinder.org"}',
};
const STACKS = ["bids-ovh", "hetzner-2i2c", "hetzner-gesis", "prod", "staging"];

async function constructed(
  config: Record<string, string> = CONFIG,
  root = ROOT,
): Promise<{ registered: Registered[]; program: Prepared }> {
  const all = await recordRegistrations("mybinder", config);
  const program = prepare(root);
  await pulumi.runtime.disconnect();
  return { registered: all.filter(({ custom }) => custom), program };
}

let registered: Registered[];
let program: Prepared;
beforeAll(async () => {
  ({ registered, program } = await constructed());
});
const of = (type: string): Registered[] => registered.filter((one) => one.type === type);
const inputsOf = (name: string): Record<string, unknown> =>
  registered.find((one) => one.name === name)?.inputs ?? {};
const BUCKET = "gcp:storage/bucket:Bucket";
const grantsOf = (start: string): string[] =>
  registered
    .filter(({ name, inputs }) => name.startsWith(start) && inputs["role"])
    .map(({ name, inputs }) => `${name} ${String(inputs["role"])}`);

test("every bucket is private, gives deleted objects back, and is deleted by nobody", () => {
  const buckets = of(BUCKET);
  expect(buckets.map(({ inputs }) => inputs["name"]).sort()).toEqual(
    [
      "mybinder-pulumi-state",
      ...STACKS.map((stack) => `mybinder-${stack}-backups`),
      ...STACKS.filter((stack) => stack !== "prod").map((stack) => `mybinder-${stack}-snapshots`),
    ].sort(),
  );
  for (const { type, name, inputs, protect } of buckets) {
    expect({ name, protect, ...inputs }).toMatchObject({
      name: inputs["name"],
      protect: true,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      softDeletePolicy: { retentionDurationSeconds: 30 * 86_400 },
    });
    // what a rehearsal asks of every bucket holds here too
    expect(() => recordRemote(type, name, inputs)).not.toThrow();
  }
  expect(buckets.filter(({ inputs }) => inputs["versioning"]).map(({ name }) => name)).toEqual(["state"]);
});

test("each stack has a key of its own, as secret/access.yaml names it, and the bootstrap one", () => {
  const keys = of("gcp:kms/cryptoKey:CryptoKey");
  expect(keys.map(({ inputs }) => inputs["name"])).toEqual([...STACKS, "bootstrap"]);
  expect(keys.every(({ protect }) => protect)).toBe(true);
  expect(keys[0]?.inputs).toMatchObject({
    purpose: "ENCRYPT_DECRYPT",
    rotationPeriod: "7776000s",
    destroyScheduledDuration: "2592000s",
  });
  expect(of("gcp:kms/keyRing:KeyRing").map(({ inputs }) => inputs)).toEqual([
    { project: "binderhub-288415", location: "global", name: "mybinder-secrets" },
  ]);
  expect(program.secretsProviders["prod"]).toBe(
    "gcpkms://projects/binderhub-288415/locations/global/keyRings/mybinder-secrets/cryptoKeys/prod",
  );
});

test("only the workflows of the repository log in, and only those of main deploy", () => {
  const [provider] = of("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider");
  expect(provider?.inputs).toMatchObject({
    oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
    attributeCondition:
      'assertion.repository == "jupyterhub/mybinder.org-deploy" && assertion.repository_id == "7" && ' +
      '(assertion.environment == "preview" || assertion.ref == "refs/heads/main")',
  });
  expect(registered.filter(({ type }) => type.endsWith("account/key:Key"))).toEqual([]);
  expect(inputsOf("ci-production-login")).toMatchObject({
    role: "roles/iam.workloadIdentityUser",
    member: "principalSet://iam.googleapis.com/ci-pool/attribute.environment/production",
  });
});

test("an account of CI has what its own stacks need, and nothing else", () => {
  expect(grantsOf("ci-preview-")).toEqual([
    "ci-preview-login roles/iam.workloadIdentityUser",
    "ci-preview-reads-state roles/storage.objectViewer",
    ...STACKS.map((stack) => `ci-preview-uses-key-of-${stack} roles/cloudkms.cryptoKeyDecrypter`),
  ]);
  expect(grantsOf("ci-staging-").filter((grant) => !/login|grafana/.test(grant))).toEqual([
    "ci-staging-reads-state roles/storage.objectViewer",
    "ci-staging-writes-staging roles/storage.objectUser",
    "ci-staging-uses-key-of-staging roles/cloudkms.cryptoKeyEncrypterDecrypter",
  ]);
  const production = grantsOf("ci-production-").filter((grant) => /key-of|writes/.test(grant));
  expect(production).toHaveLength(4 + 2);
  expect(production.filter((grant) => /staging|bootstrap/.test(grant))).toEqual([]);
  expect(registered.filter(({ type }) => type.startsWith("gcp:projects/iAMMember"))).toEqual([]);
});

test("who writes state writes that of the named stacks alone", () => {
  const { condition } = inputsOf("ci-staging-writes-staging") as { condition: { expression: string } };
  const object = "projects/_/buckets/mybinder-pulumi-state/objects/.pulumi";
  expect(condition.expression.split(" || ")).toEqual([
    `resource.name.startsWith("${object}/stacks/mybinder/staging.")`,
    `resource.name.startsWith("${object}/history/mybinder/staging/")`,
    `resource.name.startsWith("${object}/backups/mybinder/staging/")`,
    `resource.name.startsWith("${object}/locks/organization/mybinder/staging/")`,
  ]);
  const conditions = registered.flatMap(({ inputs }) =>
    inputs["role"] === "roles/storage.objectUser" && inputs["condition"]
      ? [(inputs["condition"] as { expression: string }).expression]
      : [],
  );
  // Google's limit is 12 logical operators
  for (const one of conditions) expect(one.split("||").length).toBeLessThanOrEqual(12);
});

test("an S3 key reaches one bucket of one stack, and is shown to nobody", async () => {
  expect(grantsOf("bids-ovh-backups-")).toEqual([
    "bids-ovh-backups-objectUser roles/storage.objectUser",
    "bids-ovh-backups-legacyBucketReader roles/storage.legacyBucketReader",
  ]);
  expect(inputsOf("bids-ovh-backups-objectUser")).toMatchObject({
    bucket: "mybinder-bids-ovh-backups",
    member: "serviceAccount:bids-ovh-backups-account@example.iam.gserviceaccount.com",
  });
  expect(program.s3Buckets["bids-ovh"]).toEqual({
    backups: {
      bucket: "mybinder-bids-ovh-backups",
      endpoint: "https://storage.googleapis.com",
      region: "auto",
    },
    snapshots: {
      bucket: "mybinder-bids-ovh-snapshots",
      endpoint: "https://storage.googleapis.com",
      region: "auto",
    },
  });
  const keys = await valueOf(program.s3Keys);
  expect(Object.keys(keys["bids-ovh"] ?? {}).sort()).toEqual(
    ["backupS3AccessKey", "backupS3SecretKey", "snapshotS3AccessKey", "snapshotS3SecretKey"].sort(),
  );
  expect(Object.keys(keys["prod"] ?? {})).toEqual(["backupS3AccessKey", "backupS3SecretKey"]);
  expect(await pulumi.isSecret(program.s3Keys)).toBe(true);
});

test("the variables of an environment are those that the workflows read, ready for gh", async () => {
  const lines = (await valueOf(pulumi.output(program.variables.production))).split("\n");
  expect(lines).toEqual([
    "PULUMI_BACKEND_URL=gs://mybinder-pulumi-state",
    "WORKLOAD_IDENTITY_PROVIDER=ci-provider",
    "SERVICE_ACCOUNT=ci-production@example.iam.gserviceaccount.com",
    "GRAFANA_TOKEN_SECRET=mybinder-ci-production-grafana",
    "",
  ]);
});

test("a zone is made where it is asked for, signed", () => {
  expect(inputsOf("zone")).toMatchObject({ dnsName: "mybinder.org.", dnssecConfig: { state: "on" } });
});

test("a wrong setting ends the program with its key and file, before anything is made", async () => {
  await expect(constructed({ ...CONFIG, "mybinder-bootstrap:project": "X" })).rejects.toThrow(
    /bootstrap\/Pulumi\.mybinder\.yaml\)\n {2}mybinder-bootstrap:project: found "X"/,
  );
});

describe("with other stack files and another access list", () => {
  const root = mkdtempSync(join(tmpdir(), "mybinder-bootstrap-"));
  const access = readFileSync(join(ROOT, "secret", "access.yaml"), "utf8");
  beforeAll(() => {
    mkdirSync(join(root, "secret"));
    for (const stack of ["bids-ovh", "hetzner-2i2c", "hetzner-gesis", "local", "prod", "staging"]) {
      copyFileSync(join(ROOT, `Pulumi.${stack}.yaml`), join(root, `Pulumi.${stack}.yaml`));
    }
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  const write = (text: string): void => {
    writeFileSync(join(root, "secret", "access.yaml"), text);
  };
  const ann = `
  - name: ann
    kind: person
    contact: ann@example.org
    reason: operates the members
    google: user:ann@example.org
    stacks: [bids-ovh, hetzner-gesis]
`;

  test("a person with a Google identity gets the keys and the states of the stacks that the list names, and no other", async () => {
    write(access + ann);
    const { registered: all } = await constructed(CONFIG, root);
    const own = all.filter(({ inputs }) => inputs["member"] === "user:ann@example.org");
    expect(own.map(({ name, inputs }) => `${name} ${String(inputs["role"])}`).sort()).toEqual([
      "user-ann-example-org-reads-state roles/storage.objectViewer",
      "user-ann-example-org-uses-key-of-bids-ovh roles/cloudkms.cryptoKeyEncrypterDecrypter",
      "user-ann-example-org-uses-key-of-hetzner-gesis roles/cloudkms.cryptoKeyEncrypterDecrypter",
      "user-ann-example-org-writes-bids-ovh-hetzner-gesis roles/storage.objectUser",
    ]);
  });

  test("what a stack makes at Google gives its environment the roles, limited where they give roles", async () => {
    write(access);
    const file = join(root, "Pulumi.prod.yaml");
    const prod = readFileSync(file, "utf8");
    writeFileSync(file, prod.replace("    managed: false\n    project", "    managed: true\n    project"));
    const { registered: all } = await constructed(CONFIG, root);
    writeFileSync(file, prod);
    const roles = all.filter(({ type }) => type === "gcp:projects/iAMMember:IAMMember");
    const granting = roles.filter(({ inputs }) => inputs["role"] === "roles/resourcemanager.projectIamAdmin");
    expect(granting.map(({ name, inputs }) => [name, inputs["condition"]])).toEqual([
      [
        "ci-production-binderhub-288415-resourcemanager-projectIamAdmin",
        {
          title: "these roles alone",
          expression:
            'api.getAttribute("iam.googleapis.com/modifiedGrantsByRole", []).hasOnly(["roles/artifactregistry.reader", ' +
            '"roles/logging.logWriter", "roles/monitoring.metricWriter", "roles/monitoring.viewer"])',
        },
      ],
    ]);
    expect(roles.filter(({ name }) => name.startsWith("ci-staging"))).toEqual([]);
    expect(all.map(({ inputs }) => inputs["service"])).toContain("container.googleapis.com");
  });

  test("an access list of the wrong form is refused, with its key", async () => {
    write(access + ann.replace("user:ann", "ann"));
    await expect(constructed(CONFIG, root)).rejects.toThrow(
      /secret\/access\.yaml, holders\.2\.google: a Google identity such as group:/,
    );
  });
});
