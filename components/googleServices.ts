import { ProjectSink } from "@pulumi/gcp/logging";
import { IAMMember } from "@pulumi/gcp/projects";
import { Provider } from "@pulumi/gcp/provider";
import { Account } from "@pulumi/gcp/serviceaccount";
import { Bucket, BucketIAMMember } from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import { googleAccountId } from "../model/cluster/googleNames";
import { archiveBucket, type GoogleConfig, rawBucket } from "../model/schema/google";

/** Launch events of a federation. */
export interface GoogleServicesArgs {
  readonly google: GoogleConfig;
  /** Members that write events, by their stacks' names; each gets an account of its own. */
  readonly members: readonly string[];
  /** What the publisher reads beside the events, where the stack has one. */
  readonly publisher: { readonly costsBucket: string | undefined } | undefined;
  /** Refuse to delete the buckets. */
  readonly protect: boolean;
}

/** A provider of their own, and what the members need with it: default providers are off in every stack. */
export function launchEvents(name: string, args: GoogleServicesArgs): GoogleServices {
  const provider = new Provider(`${name}-google`, { project: args.google.project });
  return new GoogleServices(name, args, { providers: { gcp: provider } });
}

/**
 * The way of a launch event: a member's account writes it to a log, a sink exports the log to a private bucket, and the
 * publisher puts days of it, without what is personal, into the archive that everybody may read.
 *
 * No key is made here: it would be in the state of the proxy's stack, which a member's operator must not read. An operator
 * makes the key and stores it as the member's own secret (docs/add-a-member.md, which says why on GKE too); a K3s machine
 * has no public issuer of tokens that Google could ask.
 */
export class GoogleServices extends pulumi.ComponentResource {
  /** Addresses of the members' accounts, by member. */
  readonly accounts: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: GoogleServicesArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:GoogleServices", name, {}, opts);
    const archive = this.bucket(`${name}-archive`, archiveBucket(args.google), "inherited", args);
    new BucketIAMMember(
      `${name}-archive-readers`,
      { bucket: archive.name, role: "roles/storage.objectViewer", member: "allUsers" },
      { parent: this },
    );
    const raw = this.bucket(`${name}-raw`, rawBucket(args.google), "enforced", args);
    this.sink(name, raw, args.google);
    if (args.publisher) this.publisher(`${name}-publisher`, { archive, raw }, args.publisher, args.google);
    this.accounts = Object.fromEntries(
      args.members.map((member) => [member, this.account(`${name}-${member}`, member, args.google)]),
    );
    this.registerOutputs({ accounts: this.accounts });
  }

  private bucket(
    name: string,
    bucket: string,
    publicAccessPrevention: "inherited" | "enforced",
    { google: { project, location }, protect }: GoogleServicesArgs,
  ): Bucket {
    return new Bucket(
      name,
      {
        name: bucket,
        project,
        location,
        uniformBucketLevelAccess: true,
        publicAccessPrevention,
        labels: { "part-of": "mybinder" },
      },
      { parent: this, protect, retainOnDelete: true },
    );
  }

  private sink(name: string, raw: Bucket, { project, eventLog }: GoogleConfig): void {
    const sink = new ProjectSink(
      `${name}-sink`,
      {
        name: `${eventLog}-export`,
        project,
        destination: pulumi.interpolate`storage.googleapis.com/${raw.name}`,
        filter: `logName="projects/${project}/logs/${eventLog}"`,
        uniqueWriterIdentity: true,
      },
      { parent: this },
    );
    new BucketIAMMember(
      `${name}-sink-writer`,
      { bucket: raw.name, role: "roles/storage.objectCreator", member: sink.writerIdentity },
      { parent: this },
    );
  }

  /** An account that writes the archive and reads what is published; its key is made as a member's is. */
  private publisher(
    name: string,
    { archive, raw }: { readonly archive: Bucket; readonly raw: Bucket },
    { costsBucket }: NonNullable<GoogleServicesArgs["publisher"]>,
    { project, prefix }: GoogleConfig,
  ): void {
    const account = new Account(
      name,
      {
        project,
        accountId: googleAccountId({ name: prefix, after: "-archive-publisher" }),
        displayName: "Publisher of launch events",
      },
      { parent: this },
    );
    const member = pulumi.interpolate`serviceAccount:${account.email}`;
    const grants = [
      { to: "archive", bucket: archive.name, role: "roles/storage.objectUser" },
      { to: "raw", bucket: raw.name, role: "roles/storage.objectViewer" },
      ...(costsBucket === undefined
        ? []
        : [{ to: "costs", bucket: costsBucket, role: "roles/storage.objectViewer" }]),
    ];
    for (const { to, bucket, role } of grants) {
      new BucketIAMMember(`${name}-${to}`, { bucket, role, member }, { parent: this });
    }
  }

  private account(name: string, member: string, { project }: GoogleConfig): pulumi.Output<string> {
    const account = new Account(
      `${name}-archiver`,
      {
        project,
        accountId: googleAccountId({ name: member, after: "-events-archiver" }),
        displayName: `Launch events of ${member}`,
      },
      { parent: this },
    );
    new IAMMember(
      `${name}-log-writer`,
      {
        project,
        role: "roles/logging.logWriter",
        member: pulumi.interpolate`serviceAccount:${account.email}`,
      },
      { parent: this },
    );
    return account.email;
  }
}
