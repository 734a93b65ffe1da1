import { z } from "zod";
import { bucket, googleProject, name, natural, region, strict, url } from "./parts";

const harborProject = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/, {
    error: "a Harbor project such as mybinder-builds",
  });
const imagePrefix = z
  .string()
  .max(200)
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*\/([a-z0-9]+([._-]+[a-z0-9]+)*[._-]*)?$/,
    { error: "the start of an image's name such as registry.example.org/mybinder/i-" },
  );

const s3 = strict({
  bucket: bucket.describe("Bucket that holds the images"),
  endpoint: url.describe("S3 endpoint"),
  region: region.default("does-not-matter").describe("S3 region; most endpoints ignore it"),
});

const quotaGiB = natural.describe("Storage limit of the Harbor project, in GiB");
const keepDays = natural.describe("Number of days to keep an image after its last push or pull");

const harbor = strict({
  kind: z.literal("harbor").describe("Harbor on the member itself"),
  s3,
  replicas: natural.default(1).describe("Replicas of Harbor's core and registry"),
  project: harborProject.default("mybinder-builds").describe("Harbor project that holds the images"),
  quotaGiB: quotaGiB.default(15_000),
  keepDays: keepDays.default(30),
  guests: z
    .array(
      strict({
        project: harborProject.describe("Harbor project for another stack, with its own robot account"),
        quotaGiB: quotaGiB.default(25),
        keepDays: keepDays.default(7),
      }),
    )
    .default([]),
  mirrors: z.array(name).default([]).describe("Stacks whose Harbor also receives every image"),
  mirrorKey: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, { error: "the public key that `npx mybinder registry key` writes" })
    .optional()
    .describe(
      "Public key from which the mirrors' passwords are derived; `npx mybinder registry key` writes it",
    ),
});

const googleArtifactRegistry = strict({
  kind: z.literal("googleArtifactRegistry").describe("A repository at Google's Artifact Registry"),
  project: googleProject.describe("Google project of the repository"),
  location: z
    .string()
    .regex(/^[a-z]+(-[a-z]+[0-9]+)?$/, { error: "a region such as us-central1, or us, europe, asia" })
    .describe("Region or multi-region of the repository"),
  repository: name.default("mybinder-builds").describe("Name of the repository"),
  keepDays: natural
    .optional()
    .describe(
      "Days after which an image is deleted, even if it is still pulled; default: never, so storage grows",
    ),
});

/** Where a member keeps its images. */
export const registrySchema = z.discriminatedUnion(
  "kind",
  [
    harbor,
    googleArtifactRegistry,
    strict({
      kind: z.literal("external").describe("A registry that the program does not deploy"),
      url: url.describe("Registry to which images are pushed"),
      imagePrefix: imagePrefix.describe("Prefix of every image name, including the host"),
      login: z
        .enum(["account", "helper", "none"])
        .default("account")
        .describe(
          "account: pushes and pulls use the secrets registryUsername and registryPassword; helper: " +
            "binderhub-container-registry-helper provides short-lived credentials (Amazon ECR; nodes pull with their own role); " +
            "none: the registry needs no login",
        ),
    }),
    strict({
      kind: z
        .literal("none")
        .describe(
          "Images stay in the Docker daemon that builds them; containerd cannot pull from there, so no launch works on K3s and GKE",
        ),
    }),
  ],
  { error: "harbor, googleArtifactRegistry, external, none" },
);

export type RegistryConfig = z.infer<typeof registrySchema>;
/** Harbor on the member itself. */
export type HarborConfig = z.infer<typeof harbor>;
/** A repository at Google. */
export type GoogleRegistryConfig = z.infer<typeof googleArtifactRegistry>;

/** Whether the chart binderhub-container-registry-helper provides short-lived credentials for pushes. */
export function usesHelper(registry: RegistryConfig): boolean {
  return registry.kind === "external" && registry.login === "helper";
}
