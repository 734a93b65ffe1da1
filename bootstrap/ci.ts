import { WorkloadIdentityPool, WorkloadIdentityPoolProvider } from "@pulumi/gcp/iam";
import { IAMMember as ProjectIAMMember } from "@pulumi/gcp/projects";
import { Secret, SecretIamMember } from "@pulumi/gcp/secretmanager";
import { Account, IAMMember as AccountIAMMember } from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import { deployRoles, mergedRoles, previewRoles, type ProjectRole } from "./googleRoles";
import type { Keys } from "./keys";
import { type EnvironmentName, ENVIRONMENTS, type PlannedStack, stacksOf } from "./plan";
import type { Settings } from "./settings";
import type { StateBucket } from "./state";

/** What CI works on, and with. */
export interface CiArgs {
  readonly settings: Settings;
  readonly stacks: readonly PlannedStack[];
  readonly state: StateBucket;
  readonly keys: Keys;
}

/**
 * The identity of the workflows at GitHub: an account for each environment, which a job takes on with the token that GitHub
 * signs for it. No key of an account is made. A preview reads; the others deploy their own stacks, and only from `main`.
 */
export class Ci extends pulumi.ComponentResource {
  /** Variables of each environment at GitHub, a line for each, as `gh variable set --env-file` reads them. */
  readonly variables: Readonly<Record<EnvironmentName, pulumi.Output<string>>>;

  constructor(name: string, args: CiArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:bootstrap:Ci", name, {}, opts);
    const pool = new WorkloadIdentityPool(
      `${name}-pool`,
      { project: args.settings.project, workloadIdentityPoolId: "github", displayName: "GitHub Actions" },
      { parent: this },
    );
    const provider = this.provider(`${name}-provider`, pool, args.settings);
    this.variables = Object.fromEntries(
      ENVIRONMENTS.map((environment) => [environment, this.environment(environment, pool, provider, args)]),
    ) as Record<EnvironmentName, pulumi.Output<string>>;
    this.registerOutputs({ variables: this.variables });
  }

  private provider(
    name: string,
    pool: WorkloadIdentityPool,
    { project, github: { repository, repositoryId } }: Settings,
  ): WorkloadIdentityPoolProvider {
    const conditions = [
      `assertion.repository == "${repository}"`,
      ...(repositoryId === undefined ? [] : [`assertion.repository_id == "${String(repositoryId)}"`]),
      `(assertion.environment == "preview" || assertion.ref == "refs/heads/main")`,
    ];
    return new WorkloadIdentityPoolProvider(
      name,
      {
        project,
        workloadIdentityPoolId: pool.workloadIdentityPoolId,
        workloadIdentityPoolProviderId: "github",
        displayName: "GitHub Actions",
        oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
        // a token of a job without an environment has no such claim, and is refused
        attributeMapping: {
          "google.subject": "assertion.sub",
          "attribute.environment": "assertion.environment",
        },
        attributeCondition: conditions.join(" && "),
      },
      { parent: this },
    );
  }

  /** The account of an environment with all that its jobs need, and the environment's variables. */
  private environment(
    environment: EnvironmentName,
    pool: WorkloadIdentityPool,
    provider: WorkloadIdentityPoolProvider,
    { settings: { project }, stacks, state, keys }: CiArgs,
  ): pulumi.Output<string> {
    const name = `ci-${environment}`;
    const account = new Account(
      name,
      { project, accountId: `mybinder-${name}`, displayName: `Workflows of mybinder, ${environment}` },
      { parent: this },
    );
    new AccountIAMMember(
      `${name}-login`,
      {
        serviceAccountId: account.name,
        role: "roles/iam.workloadIdentityUser",
        member: pulumi.interpolate`principalSet://iam.googleapis.com/${pool.name}/attribute.environment/${environment}`,
      },
      { parent: this },
    );
    const member = pulumi.interpolate`serviceAccount:${account.email}`;
    const preview = environment === "preview";
    const own = stacksOf(environment, stacks);
    state.readers(name, member);
    for (const stack of own) {
      keys.users(name, stack.name, member, preview ? "decrypter" : "encrypterDecrypter");
    }
    const roles = own.flatMap(({ config }) => (preview ? previewRoles(config) : deployRoles(config)));
    for (const role of mergedRoles(roles)) this.projectRole(name, role, member);
    const lines = [
      pulumi.interpolate`PULUMI_BACKEND_URL=${state.url}`,
      pulumi.interpolate`WORKLOAD_IDENTITY_PROVIDER=${provider.name}`,
      pulumi.interpolate`SERVICE_ACCOUNT=${account.email}`,
    ];
    if (preview) return joined(lines);
    state.writers(
      name,
      member,
      own.map((stack) => stack.name),
    );
    return joined([
      ...lines,
      pulumi.interpolate`GRAFANA_TOKEN_SECRET=${this.grafanaToken(name, project, member)}`,
    ]);
  }

  /** A place for the token that marks deploys in Grafana; an operator puts the token into it. */
  private grafanaToken(name: string, project: string, member: pulumi.Output<string>): pulumi.Output<string> {
    const secret = new Secret(
      `${name}-grafana`,
      { project, secretId: `mybinder-${name}-grafana`, replication: { auto: {} } },
      { parent: this },
    );
    new SecretIamMember(
      `${name}-grafana-reader`,
      { project, secretId: secret.secretId, role: "roles/secretmanager.secretAccessor", member },
      { parent: this },
    );
    return secret.secretId;
  }

  private projectRole(
    name: string,
    { project, role, grants }: ProjectRole,
    member: pulumi.Output<string>,
  ): void {
    const condition = grants && {
      title: "these roles alone",
      expression:
        `api.getAttribute("iam.googleapis.com/modifiedGrantsByRole", []).hasOnly(` +
        `[${grants.map((grant) => `"${grant}"`).join(", ")}])`,
    };
    new ProjectIAMMember(
      `${name}-${project}-${role.replace("roles/", "").replaceAll(".", "-")}`,
      { project, role, member, ...(condition && { condition }) },
      { parent: this },
    );
  }
}

function joined(lines: readonly pulumi.Output<string>[]): pulumi.Output<string> {
  return pulumi.all([...lines]).apply((texts) => `${texts.join("\n")}\n`);
}
