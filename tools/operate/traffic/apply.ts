import { environment } from "../../../environment";
import { trafficConfigMap } from "../../../model/federation/traffic";
import type { TrafficTable } from "../../../model/federation/trafficShare";
import { Failure } from "../../ground/terminal/failure";
import { type Outcome, run } from "../../ground/terminal/run";
import { kubectlOnPath } from "../../ground/cluster/clusterChoice";
import { kubectl } from "../../ground/cluster/kubectl";
import type { Report } from "../../ground/terminal/report";
import { ROOT } from "../../ground/root";

/** How a table gets into the cluster. */
export interface ApplyOptions {
  readonly stack: string;
  readonly table: TrafficTable;
  /** Use kubectl with this kubeconfig, not Pulumi. */
  readonly kubeconfig: string | undefined;
  readonly report: Report;
}

/** The one resource that `pulumi up` is to touch. */
export function trafficUrn(stack: string): string {
  const type = "mybinder:index:FederationProxy$kubernetes:core/v1:ConfigMap";
  return `urn:pulumi:${stack}::mybinder::${type}::federation-traffic`;
}

/**
 * Applies the traffic table, and nothing else: with Pulumi where it is on PATH and no kubeconfig is named, else with
 * kubectl. No other stack, cluster or member is asked. Throws Failure with what to do when neither works.
 */
export async function applyTraffic(options: ApplyOptions): Promise<void> {
  const { stack, report } = options;
  const kubeconfig = options.kubeconfig ?? ((await has("pulumi")) ? undefined : environment().kubeconfig);
  if (kubeconfig !== undefined) {
    await applyWithKubectl(options, kubeconfig);
    return;
  }
  if (!(await has("pulumi"))) {
    throw new Failure(
      `the stack file is edited, but the change is not applied: pulumi is not on PATH. Pass the kubeconfig of the ` +
        `cluster of ${stack}: npx mybinder traffic apply --stack ${stack} --kubeconfig FILE`,
      3,
    );
  }
  report(`pulumi up --stack ${stack} --target ${trafficUrn(stack)}`);
  const args = ["up", "--stack", stack, "--target", trafficUrn(stack), "--yes", "--non-interactive"];
  const { code, stdout, stderr } = await run("pulumi", ["--cwd", ROOT, ...args, "--skip-preview"]);
  if (code === 0) return;
  throw new Failure(
    `the stack file is edited, but pulumi failed to apply it:\n${stdout}${stderr}\nWithout Pulumi: ` +
      `npx mybinder traffic apply --stack ${stack} --kubeconfig FILE`,
  );
}

async function applyWithKubectl({ stack, table, report }: ApplyOptions, kubeconfig: string): Promise<void> {
  report(`kubectl apply of ConfigMap ${stack}/federation-traffic`);
  const args = ["apply", "--server-side", "--force-conflicts", "--field-manager", "mybinder-traffic"];
  const manifest = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", ...trafficConfigMap(stack, table) });
  const access = kubectlOnPath(stack, kubeconfig);
  const outcome = await kubectl(access, [...args, "--filename", "-"], manifest).catch((): Outcome => ({
    code: 127,
    stdout: "",
    stderr: "there is no kubectl on PATH",
  }));
  if (outcome.code === 0) return;
  throw new Failure(`the stack file is edited, but kubectl failed to apply it: ${outcome.stderr.trim()}`);
}

async function has(program: string): Promise<boolean> {
  return (await run(program, ["version"]).catch(() => undefined)) !== undefined;
}
