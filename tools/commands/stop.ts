import { rmSync } from "node:fs";
import { Command } from "commander";
import { environment } from "../../environment";
import { down, list } from "../lab/controlPlane";
import { removeEmpty } from "../ground/removeEmpty";
import { Failure } from "../ground/terminal/failure";
import { ensureToolchain } from "../lab/kube/toolchain";
import { type ClusterAccess, helm, kubectl, type KubeObject } from "../ground/cluster/kubectl";
import { toStderr } from "../ground/terminal/report";
import { interruptSignal } from "../ground/terminal/signals";
import { loadStackFile } from "../ground/stackFile/stacks";
import { clusterOf, contextFile, namedContext, type NamedContext } from "../lab/start/context";
import { forgetPulumi } from "../lab/start/backend";
import { pulumiDestroy } from "../lab/start/pulumi";

const STACK = "local";

/** `npm stop`: ends what `npm start` began and removes what it made, on the control plane or in the named context. */
export function stopCommand(): Command {
  return new Command("stop")
    .description("Stop the embedded control plane and remove its data; the built tools stay in the cache")
    .option("--context <name>", "remove stack local from your own cluster instead, by its kubeconfig context")
    .option("--kubeconfig <file>", "the kubeconfig that has the context (default: ~/.kube/config)")
    .action(async (options: { context?: string; kubeconfig?: string }) => {
      if (options.context !== undefined) {
        await removeFrom(namedContext(options.context, options.kubeconfig));
        return;
      }
      const env = environment();
      const { existed } = await down(STACK, env, toStderr);
      forgetPulumi(env);
      toStderr(existed ? "Stopped; its data is removed." : "Nothing was running.");
      const others = list(env);
      if (others.length > 0) {
        toStderr(
          `Other control planes stay: ${others.join(", ")}. To stop all: npx mybinder local down --all`,
        );
      }
      removeEmpty(env.state);
    });
}

/** Removes stack local from a cluster that stays: with the engine that deployed it, then what Helm leaves. */
async function removeFrom(context: NamedContext): Promise<void> {
  const env = environment();
  const signal = interruptSignal();
  const toolchain = await ensureToolchain({ environment: env, report: toStderr, signal });
  const loaded = loadStackFile(STACK, await clusterOf(toolchain.kubectl, context));
  const { kubeconfig } = context;
  await pulumiDestroy({
    loaded,
    environment: env,
    kubeconfig,
    helm: toolchain.helm,
    report: toStderr,
    signal,
  });
  const access = { ...toolchain, ...context };
  for (const [release, namespace] of [
    [STACK, STACK],
    ["cert-manager", "cert-manager"],
  ] as const) {
    toStderr(`removing release ${release}`);
    await helm(access, ["uninstall", release, "--namespace", namespace, "--ignore-not-found", "--wait"]);
  }
  const { code, stderr } = await kubectl(access, [
    "delete",
    "namespace",
    STACK,
    "cert-manager",
    "--ignore-not-found",
  ]);
  if (code !== 0) throw new Failure(`the namespaces could not be removed: ${stderr.trim()}`);
  await removeDefinitions(access);
  for (const what of ["engine", "seed", "commands"] as const) {
    rmSync(contextFile(env, context.context, what), { force: true });
  }
  removeEmpty(env.state);
  toStderr(`Removed from ${context.context}.`);
}

/** Removes the CRDs that our release made and Helm keeps, and with them the issuers; not those of another cert-manager. */
async function removeDefinitions(access: ClusterAccess): Promise<void> {
  const { stdout } = await kubectl(access, ["get", "customresourcedefinitions", "--output", "json"]);
  const names = (JSON.parse(stdout) as { items: KubeObject[] }).items
    .filter(({ metadata }) => metadata.annotations?.["meta.helm.sh/release-name"] === "cert-manager")
    .map(({ metadata }) => metadata.name);
  if (names.length > 0) await kubectl(access, ["delete", "customresourcedefinitions", ...names]);
}
