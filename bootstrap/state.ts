import { type Bucket, BucketIAMMember } from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import { privateBucket } from "./bucket";
import type { Settings } from "./settings";

/** Days for which a former version of a stack's state is kept. */
const FORMER_VERSION_DAYS = 90;
/** A condition at Google has at most 12 logical operators, and a stack's state is in four places. */
const STACKS_PER_CONDITION = 3;
/** Name of the stacks' project, which is a part of the paths in the bucket. */
const PROJECT = "mybinder";

/** The bucket of Pulumi's state: of every stack and of the bootstrap itself. */
export class StateBucket extends pulumi.ComponentResource {
  private readonly bucket: Bucket;
  private readonly bucketName: string;
  /** What `pulumi login` takes. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, settings: Settings, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:bootstrap:StateBucket", name, {}, opts);
    this.bucketName = `${settings.prefix}-pulumi-state`;
    this.bucket = privateBucket(
      name,
      this.bucketName,
      settings,
      {
        versioning: { enabled: true },
        lifecycleRules: [
          {
            action: { type: "Delete" },
            condition: { daysSinceNoncurrentTime: FORMER_VERSION_DAYS, withState: "ARCHIVED" },
          },
        ],
      },
      { parent: this },
    );
    this.url = pulumi.interpolate`gs://${this.bucket.name}`;
    this.registerOutputs({ url: this.url });
  }

  /** Lets an account read every state, in which secrets are encrypted: Pulumi lists the whole bucket. */
  readers(name: string, member: pulumi.Input<string>): void {
    this.grant(`${name}-reads-state`, "roles/storage.objectViewer", member);
  }

  /** Lets an account write the state of these stacks alone, by their names: Pulumi's path of each file has its stack's. */
  writers(name: string, member: pulumi.Input<string>, stacks: readonly string[]): void {
    const sorted = [...stacks].sort();
    for (let at = 0; at < sorted.length; at += STACKS_PER_CONDITION) {
      const some = sorted.slice(at, at + STACKS_PER_CONDITION);
      this.grant(`${name}-writes-${some.join("-")}`, "roles/storage.objectUser", member, {
        title: `state of ${some.join(", ")}`,
        expression: some
          .flatMap((stack) => statePaths(stack))
          .map((path) => `resource.name.startsWith("projects/_/buckets/${this.bucketName}/objects/${path}")`)
          .join(" || "),
      });
    }
  }

  private grant(
    name: string,
    role: string,
    member: pulumi.Input<string>,
    condition?: { readonly title: string; readonly expression: string },
  ): void {
    new BucketIAMMember(
      name,
      { bucket: this.bucket.name, role, member, ...(condition && { condition }) },
      { parent: this },
    );
  }
}

/** Starts of the paths of a stack's files, as pkg/backend/diy of Pulumi 3.248 lays them out. */
function statePaths(stack: string): string[] {
  return [
    `.pulumi/stacks/${PROJECT}/${stack}.`,
    `.pulumi/history/${PROJECT}/${stack}/`,
    `.pulumi/backups/${PROJECT}/${stack}/`,
    `.pulumi/locks/organization/${PROJECT}/${stack}/`,
  ];
}
