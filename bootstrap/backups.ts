import { Account } from "@pulumi/gcp/serviceaccount";
import { BucketIAMMember, HmacKey } from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import { googleAccountId } from "../model/cluster/googleNames";
import { privateBucket } from "./bucket";
import type { PlannedStack } from "./plan";
import type { Settings } from "./settings";

/** Google's storage as an S3 endpoint. It takes signatures for any region; `auto` is what it calls its own. */
const S3 = { endpoint: "https://storage.googleapis.com", region: "auto" };

/** What a bucket is for, and the secrets of the stack that its key becomes. */
const PURPOSES = {
  backups: { access: "backupS3AccessKey", secret: "backupS3SecretKey" },
  snapshots: { access: "snapshotS3AccessKey", secret: "snapshotS3SecretKey" },
} as const;
type Purpose = keyof typeof PURPOSES;

/** Where a bucket is, as the keys `mybinder:backup` and `mybinder:cluster.snapshots.s3` of a stack file say it. */
export interface S3Bucket {
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
}

/**
 * Buckets for backups and, where K3s runs, for the snapshots of its datastore: one for each stack and purpose, each with an
 * account and an S3 key that reaches nothing else.
 *
 * The key is made here, and is in the bootstrap's state, encrypted with a key that neither CI nor a member's operator has.
 */
export class Backups extends pulumi.ComponentResource {
  /** By stack: what its stack file says of each bucket. */
  readonly buckets: Readonly<Record<string, Partial<Record<Purpose, S3Bucket>>>>;
  /** By stack: its secrets, by the keys that `npx mybinder secrets set` takes. Secret. */
  readonly keys: Readonly<Record<string, Record<string, pulumi.Output<string>>>>;

  constructor(
    name: string,
    stacks: readonly PlannedStack[],
    settings: Settings,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("mybinder:bootstrap:Backups", name, {}, opts);
    const made = stacks.map((stack) => {
      const purposes = purposesOf(stack).map((purpose) => this.bucket(stack.name, purpose, settings));
      return { stack: stack.name, purposes };
    });
    this.buckets = Object.fromEntries(
      made.map(({ stack, purposes }) => [
        stack,
        Object.fromEntries(purposes.map(({ purpose, bucket }) => [purpose, { bucket, ...S3 }])),
      ]),
    );
    this.keys = Object.fromEntries(
      made.map(({ stack, purposes }) => [stack, Object.assign({}, ...purposes.map(({ keys }) => keys))]),
    );
    this.registerOutputs({ buckets: this.buckets });
  }

  private bucket(
    stack: string,
    purpose: Purpose,
    settings: Settings,
  ): {
    readonly purpose: Purpose;
    readonly bucket: string;
    readonly keys: Record<string, pulumi.Output<string>>;
  } {
    const { project, prefix } = settings;
    const name = `${stack}-${purpose}`;
    const bucket = privateBucket(name, `${prefix}-${name}`, settings, {}, { parent: this });
    const account = new Account(
      `${name}-account`,
      {
        project,
        accountId: googleAccountId({ name: stack, after: `-${purpose}` }),
        displayName: `${purpose} of ${stack}`,
      },
      { parent: this },
    );
    // the second for `storage.buckets.get`: S3 clients ask where a bucket is
    for (const role of ["roles/storage.objectUser", "roles/storage.legacyBucketReader"]) {
      new BucketIAMMember(
        `${name}-${role.replace("roles/storage.", "")}`,
        { bucket: bucket.name, role, member: pulumi.interpolate`serviceAccount:${account.email}` },
        { parent: this },
      );
    }
    const { accessId, secret } = new HmacKey(
      `${name}-key`,
      { project, serviceAccountEmail: account.email },
      { parent: this, additionalSecretOutputs: ["secret"] },
    );
    const { access, secret: secretKey } = PURPOSES[purpose];
    return { purpose, bucket: `${prefix}-${name}`, keys: { [access]: accessId, [secretKey]: secret } };
  }
}

function purposesOf({ config: { cluster } }: PlannedStack): Purpose[] {
  return cluster.kind === "k3s" ? ["backups", "snapshots"] : ["backups"];
}
