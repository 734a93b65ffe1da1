import { kubectlCommand, type KubectlAccess } from "../../ground/cluster/kubectl";
import { shellQuote } from "../../ground/terminal/shellQuote";
import type { Preview } from "./imports";
import type { Loss, Replaced } from "./losses";
import type { AdoptPlan } from "./plan";
import type { NamedVolumes } from "./volumeNames";

/** What a look at a stack found. */
export interface Looked {
  readonly plan: AdoptPlan;
  readonly secrets: readonly { readonly key: string; readonly from: string; readonly into: string }[];
  readonly named: NamedVolumes | undefined;
  readonly toSet: readonly string[];
  readonly replaced: readonly Replaced[];
  readonly waived: readonly (Loss & { readonly reason: string })[];
  readonly open: readonly Loss[];
}

/** What `--yes` does, as commands to be read; secrets by name and place. */
export function adoptText(
  stack: string,
  access: Pick<KubectlAccess, "kubeconfig" | "context">,
  { plan, secrets, named, toSet, replaced, waived, open }: Looked,
): string {
  const { kubeconfig } = access;
  const set = secrets.map(
    ({ key, from, into }) => `#   ${key}, from ${from}${into === key ? "" : `, as a part of ${into}`}`,
  );
  return [
    ...plan.missing.map((one) => `# not there, left out: ${one}`),
    ...replaced.map(({ name, by }) => `# replaced: ${name} by ${by}`),
    ...waived.map(({ name, what, reason }) => `# lost, as waived (${reason}): ${name}: ${what}`),
    ...(open.length === 0
      ? []
      : ["# LOST with the first pulumi up, and --yes refuses until each is waived by name:"]),
    ...open.map(lossLine),
    ...(open.length === 0 ? [] : [`#   ${waiveCommand(stack, kubeconfig, open[0]?.name ?? "")}`]),
    `# secrets that go, encrypted, into Pulumi.${stack}.yaml:${set.length === 0 ? " none" : ""}`,
    ...set,
    ...(toSet.length === 0 ? [] : ["# secrets that the cluster lacks: set them first", ...toSet]),
    ...plan.kubectl.map((args) => kubectlCommand(access, args)),
    ...(named
      ? [
          `# Helm's records name the volume of ${named.claims.join(", ")}; Kubernetes refuses to remove it, so the records drop it:`,
          forgetCommand(stack, kubeconfig),
        ]
      : []),
    `pulumi up --stack ${stack} --target ${shellQuote(plan.provider)}`,
    "# pulumi import, which only --yes does: by hand, the state would hold the live secrets in plain text",
    ...plan.importFile.resources.flatMap(({ type, id }) => (id === undefined ? [] : [`#   ${type} ${id}`])),
    `pulumi preview --stack ${stack}   # no delete and no replace, or stop here`,
    `# all of it: npx mybinder adopt ${stack} --kubeconfig ${shellQuote(kubeconfig)} --yes`,
    "",
  ].join("\n");
}

/** A loss, for an operator. */
export function lossLine({ name, what }: Loss): string {
  return `#   ${name}: ${what}`;
}

/** The command that records that a loss is accepted. */
export function waiveCommand(stack: string, kubeconfig: string, name: string): string {
  const names = shellQuote(name);
  return `npx mybinder adopt ${stack} --kubeconfig ${shellQuote(kubeconfig)} --waive ${names} --reason "WHY IT MAY GO"`;
}

/** The command that takes the names of volumes out of Helm's records. */
export function forgetCommand(stack: string, kubeconfig: string): string {
  return `npx mybinder adopt ${stack} --kubeconfig ${shellQuote(kubeconfig)} --forget-volumes`;
}

/** What the next `pulumi up` does, and how to go on. */
export function doneText(stack: string, kubeconfig: string, { counts, lost }: Preview): string {
  const all = Object.entries(counts).map(([operation, count]) => `${String(count)} ${operation}`);
  const summary = `${stack} is adopted; pulumi up would: ${all.sort().join(", ")}`;
  if (lost.length > 0) return [summary, ...lost.map((urn) => `  delete or replace: ${urn}`), ""].join("\n");
  return [
    `${summary}; no delete, no replace`,
    `read it:     pulumi preview --stack ${stack} --diff`,
    `deploy:      pulumi up --stack ${stack}`,
    `then check:  npx mybinder adopt ${stack} --kubeconfig ${shellQuote(kubeconfig)} --check`,
    "",
  ].join("\n");
}
