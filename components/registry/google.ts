import { Repository, RepositoryIamMember } from "@pulumi/gcp/artifactregistry";
import { Provider } from "@pulumi/gcp/provider";
import { Account } from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import { googleAccountId } from "../../model/cluster/googleNames";
import type { GoogleRegistryConfig } from "../../model/schema/registry";

/** A repository at Google's Artifact Registry. */
export interface GoogleRegistryArgs {
  readonly stack: string;
  readonly registry: GoogleRegistryConfig;
  /** Refuse to delete it, and the images with it. */
  readonly protect: boolean;
}

/**
 * A repository of images and the service account that pushes to it and pulls from it. Builds push with docker, which logs in
 * with a key: an operator makes one for the account and sets it as the secret `googleRegistryKey`; none is made here, since it
 * would be in the state. Default providers are off in every stack, so it brings its own.
 */
export function googleRegistry(
  name: string,
  { stack, registry, protect }: GoogleRegistryArgs,
  { parent }: { readonly parent: pulumi.Resource },
): void {
  const { project, location, repository: repositoryId, keepDays } = registry;
  const provider = new Provider(`${name}-provider`, { project }, { parent, protect: false });
  // the guard has them: an update may replace an account or a permission
  const opts = { parent, provider, protect: false };
  const repository = new Repository(
    `${name}-repository`,
    {
      project,
      location,
      repositoryId,
      format: "DOCKER",
      description: `Images built by ${stack}`,
      ...(keepDays !== undefined && {
        cleanupPolicies: [
          {
            id: "older",
            action: "DELETE",
            condition: { tagState: "ANY", olderThan: `${String(keepDays * 86_400)}s` },
          },
        ],
      }),
    },
    { ...opts, protect },
  );
  const account = new Account(
    `${name}-account`,
    {
      project,
      accountId: googleAccountId({ before: "images-", name: stack }),
      displayName: `Images of ${stack}`,
    },
    opts,
  );
  new RepositoryIamMember(
    `${name}-writer`,
    {
      project,
      location,
      repository: repository.name,
      role: "roles/artifactregistry.writer",
      member: pulumi.interpolate`serviceAccount:${account.email}`,
    },
    opts,
  );
}
