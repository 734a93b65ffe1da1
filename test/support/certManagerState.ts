import { setTimeout as sleep } from "node:timers/promises";
import { kubectl, type KubeObject } from "../../tools/ground/cluster/kubectl";
import type { Rehearsed } from "./rehearsed";
import type { Reached } from "./simulatedPods";

const CHALLENGE = "/.well-known/acme-challenge/";

/** Applies an object to a rehearsed stack's control plane. Throws what kubectl says when it is refused. */
export async function apply(clusters: Rehearsed, stack: string, object: object): Promise<void> {
  const args = ["apply", "--server-side", "--force-conflicts", "--validate=strict", "--filename=-"];
  const applied = await kubectl(clusters.access(stack), args, JSON.stringify(object));
  if (applied.code !== 0) throw new Error(applied.stderr);
}

/** What the program in a solver's pod answers: the key that cert-manager gave it, for its token and its host. */
export function solverOf(
  clusters: Rehearsed,
  stack: string,
): (reached: Reached) => Promise<string | undefined> {
  return async ({ pod, path, host }) => {
    if (!path.startsWith(CHALLENGE)) return undefined;
    const [address] = pod.split(":");
    const found = (await clusters.get(stack, "pods")).find(({ status }) => status?.["podIP"] === address);
    const [container] = (found?.spec?.["containers"] ?? []) as { args?: string[] }[];
    const arg = (name: string): string =>
      container?.args?.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3) ?? "";
    // as the solver does, which leaves a port out of account
    return arg("domain") === host.split(":")[0] && path === `${CHALLENGE}${arg("token")}`
      ? arg("key")
      : "not this one";
  };
}

function isReady({ status }: KubeObject): boolean {
  return ((status?.["conditions"] ?? []) as { type: string; status: string }[]).some(
    (condition) => condition.type === "Ready" && condition.status === "True",
  );
}

/** Waits until `wanted` objects of a kind are there and all are ready; fails with cert-manager's last words. */
export async function untilReady(
  clusters: Rehearsed,
  stack: string,
  kind: string,
  wanted: number,
  log: () => string,
): Promise<KubeObject[]> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const objects = await clusters.get(stack, kind);
    if (objects.length >= wanted && objects.every(isReady)) return objects;
    await sleep(1_000);
  }
  const left = (await clusters.get(stack, kind)).filter((object) => !isReady(object));
  const words = log().split("\n").slice(-30).join("\n");
  throw new Error(`not ready: ${left.map(({ metadata }) => metadata.name).join(", ")}\n${words}`);
}
