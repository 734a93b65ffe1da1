import { IAMMember } from "@pulumi/gcp/projects";
import { Account } from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import { googleAccountId, NODE_ROLES } from "../../model/cluster/googleNames";

/** The account of a cluster's nodes and the roles it must have before a node can start. */
export interface NodeAccount {
  readonly email: pulumi.Output<string>;
  readonly roles: readonly pulumi.Resource[];
}

/** A service account for nodes, instead of Google's default one, which may edit the whole project. */
export function nodeAccount(
  name: string,
  { stack, project }: { stack: string; project: string },
  opts: pulumi.CustomResourceOptions,
): NodeAccount {
  const account = new Account(
    name,
    {
      project,
      accountId: googleAccountId({ before: "nodes-", name: stack }),
      displayName: `Nodes of the cluster ${stack}`,
    },
    opts,
  );
  const roles = NODE_ROLES.map(
    (role) =>
      new IAMMember(
        `${name}-${role.replace("roles/", "").replace(".", "-")}`,
        { project, role, member: pulumi.interpolate`serviceAccount:${account.email}` },
        opts,
      ),
  );
  return { email: account.email, roles };
}
