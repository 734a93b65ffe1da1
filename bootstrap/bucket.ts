import { Bucket } from "@pulumi/gcp/storage";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./settings";

/** Days for which what was deleted can be taken back, even from whoever has a key that deletes. */
const SOFT_DELETE_DAYS = 30;

/** A bucket that nobody can make public, without access lists of objects. Deleted objects can be taken back for 30 days. */
export function privateBucket(
  name: string,
  bucket: string,
  { project, location, protect }: Pick<Settings, "project" | "location" | "protect">,
  more: Pick<ConstructorParameters<typeof Bucket>[1], "versioning" | "lifecycleRules">,
  opts: pulumi.CustomResourceOptions,
): Bucket {
  return new Bucket(
    name,
    {
      name: bucket,
      project,
      location,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      softDeletePolicy: { retentionDurationSeconds: SOFT_DELETE_DAYS * 86_400 },
      labels: { "part-of": "mybinder" },
      ...more,
    },
    { ...opts, protect, retainOnDelete: true },
  );
}
