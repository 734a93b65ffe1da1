import { Failure } from "../../ground/terminal/failure";
import { pulumiCli } from "../../ground/cluster/pulumiCli";
import type { ClusterAccess } from "../../ground/cluster/kubectl";
import type { Report } from "../../ground/terminal/report";
import { importEncrypted, type Pulumi } from "./encryptedImport";
import { leftToImport, type Preview, readPreview } from "./imports";
import { ask } from "./live";
import type { AdoptPlan } from "./plan";
import { type LiveSecret, takeOverSecrets } from "./secrets";
import { forgetVolumeNames, namedVolumes } from "./volumeNames";

/** What a take-over works with. */
export interface Adoption {
  readonly stack: string;
  readonly plan: AdoptPlan;
  readonly secrets: readonly LiveSecret[];
  readonly access: ClusterAccess;
  readonly report: Report;
}

/**
 * Takes the live releases of a stack over: secrets into the stack file, annotations into the cluster, resources into
 * Pulumi's state. Nothing is deployed, and what an earlier call did is not done again. Gives what the next `pulumi up`
 * would do. Throws Failure at the first step that fails, with what to do; the same call goes on from there.
 */
export async function adopt({ stack, plan, secrets, access, report }: Adoption): Promise<Preview> {
  const pulumi: Pulumi = async (args, input = "", environment = {}) => {
    const { code, stdout, stderr } = await pulumiCli([...args, "--stack", stack, "--color", "never"], input, {
      MYBINDER_KUBECONFIG: access.kubeconfig,
      ...environment,
    });
    if (code === 0) return stdout;
    if (/no stack named/i.test(stderr)) {
      throw new Failure(
        `this backend has no stack ${stack}. Create it (secret/access.yaml names the provider):\n` +
          `  pulumi stack init ${stack} --secrets-provider PROVIDER`,
        2,
      );
    }
    throw new Failure(`pulumi ${args[0] ?? ""} of ${stack} failed:\n${stdout}${stderr}`);
  };
  const urnsInState = async (): Promise<string[]> => {
    const { deployment } = JSON.parse(await pulumi(["stack", "export"])) as {
      deployment: { resources?: { urn: string }[] };
    };
    return (deployment.resources ?? []).map(({ urn }) => urn);
  };
  if (plan.release === undefined) {
    throw new Failure(
      `${access.kubeconfig} has no release ${stack} in a namespace ${stack}: is it the cluster of another stack? Nothing was changed`,
      2,
    );
  }
  const before = await urnsInState();
  const refused = await takeOverSecrets(stack, secrets, report);
  for (const problem of refused) report(problem);
  for (const args of plan.kubectl) {
    await ask(access, ...args);
    report(`kubectl ${args.join(" ")}`);
  }
  const named = await namedVolumes(access, stack);
  if (named) {
    await forgetVolumeNames(access, stack);
    report(`took the volume of ${named.claims.join(", ")} out of Helm's records ${named.records.join(", ")}`);
  }
  if (!before.includes(plan.provider)) {
    report("pulumi up of the provider that the imports use");
    await pulumi(["up", "--target", plan.provider, "--yes", "--skip-preview"]);
  }
  const left = leftToImport(plan.importFile, before);
  if (left) {
    report(`pulumi import of ${String(left.resources.filter((one) => !one.component).length)} resources`);
    await importEncrypted(pulumi, left);
  }
  report("pulumi preview");
  return readPreview(await pulumi(["preview", "--json"]));
}
