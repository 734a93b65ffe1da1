import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { type ClusterAccess, kubectl, type KubeObject } from "../../tools/ground/cluster/kubectl";
import type { StackResult } from "../../tools/lab/rehearse/rehearse";
import { toStderr } from "../../tools/ground/terminal/report";
import { projectCopy } from "./projectCopy";
import { runCommand } from "./runTool";

/** Stacks that were rehearsed and whose control planes still run. */
export interface Rehearsed {
  readonly access: (stack: string) => ClusterAccess;
  /** What `kubectl get` gives, in all namespaces. Throws what kubectl says when it fails. */
  readonly get: (stack: string, kind: string) => Promise<KubeObject[]>;
  /** Ends the control planes and removes all that they kept. */
  readonly end: () => Promise<void>;
}

/**
 * Rehearses stacks with a folder of charts or, where it is `undefined`, with stand-ins. Throws when one fails. `files` replace
 * those of the project.
 */
export async function rehearsed(
  stacks: readonly string[],
  charts: string | undefined,
  files: Readonly<Record<string, string>> = {},
): Promise<Rehearsed> {
  const toolchain = await ensureToolchain({ environment: environment(), report: toStderr });
  const state = mkdtempSync(join(tmpdir(), "mybinder-rehearsed-"));
  const env = {
    MYBINDER_STATE: state,
    MYBINDER_CACHE: environment().cache,
    ...(charts !== undefined && { MYBINDER_CHART_CACHE: charts }),
  };
  const copy = projectCopy(files);
  const end = async (): Promise<void> => {
    await runCommand(copy.root, ["local", "down", "--all"], env).ended;
    copy.remove();
    rmSync(state, { recursive: true, force: true });
  };
  const which = charts === undefined ? "stand-ins" : "real";
  const args = ["rehearse", ...stacks, "--charts", which, "--timeout", "300", "--keep", "--json"];
  const { code, stdout, stderr } = await runCommand(copy.root, args, env).ended;
  if (code !== 0) {
    await end();
    throw new Error(`${stderr}\n${stdout}`);
  }
  const results = JSON.parse(stdout) as StackResult[];
  const access = (stack: string): ClusterAccess => {
    const kubeconfig = results.find((result) => result.stack === stack)?.kubeconfig;
    if (kubeconfig === undefined) throw new Error(`${stack} was not rehearsed`);
    return { ...toolchain, kubeconfig };
  };
  const get = async (stack: string, kind: string): Promise<KubeObject[]> => {
    const got = await kubectl(access(stack), ["get", kind, "--all-namespaces", "--output=json"]);
    if (got.code !== 0) throw new Error(got.stderr);
    return (JSON.parse(got.stdout) as { items: KubeObject[] }).items;
  };
  return { access, get, end };
}
