import type { runtime } from "@pulumi/pulumi";
import { applyObject } from "./applyObject";
import { installRelease, type ReleaseInputs } from "./installRelease";
import { type ClusterAccess, type KubeObject } from "../../ground/cluster/kubectl";
import type { Action, Message } from "./messages";
import { recordRemote } from "./remote";
import { generateRandom } from "./randomValues";
import { runLocalCommand } from "./localCommand";
import { waitForRollout } from "../../ground/cluster/rollout";
import type { Placed } from "./references/dangling";
import { unwrapSecrets } from "../../ground/cluster/unwrapSecrets";

/** What the rehearsal's engine works with. */
export interface EngineOptions {
  readonly access: ClusterAccess;
  /** Seconds that one release may take to roll out. */
  readonly rolloutTimeout: number;
  /** What random values follow from. */
  readonly seed: string;
  /** File that keeps what local commands printed. */
  readonly commands: string;
  readonly send: (message: Message) => void;
  /** Receives every object that a registration made, with the namespace it is in. */
  readonly place: (placed: Placed) => void;
}

type Inputs = Readonly<Record<string, unknown>>;

interface Result {
  readonly action: Action;
  readonly objects: readonly KubeObject[];
  readonly state: Record<string, unknown>;
}

/**
 * Stands in for the Pulumi engine: receives each registration when everything it depends on is done, and really does
 * what it asks for: objects are applied, releases installed and waited for, random values drawn, local commands run.
 * What needs another machine or a cloud is checked for what must always hold, and recorded.
 */
export function rehearsalEngine(options: EngineOptions): runtime.Mocks {
  const { send, place } = options;
  const components: string[] = [];
  return {
    newResource: async ({ type, name, inputs, custom }) => {
      if (custom === false) {
        components.push(name);
        return { id: undefined, state: inputs as Record<string, unknown> };
      }
      const started = performance.now();
      send({ kind: "started", type, name });
      try {
        const plain = unwrapSecrets(inputs) as Inputs;
        const { action, objects, state } = await perform(options, type, name, plain);
        const releaseNamespace = typeof plain["namespace"] === "string" ? plain["namespace"] : "";
        for (const object of objects) {
          place({ object, namespace: object.metadata.namespace ?? releaseNamespace });
        }
        const seconds = (performance.now() - started) / 1000;
        const component = componentOf(name, components);
        send({ kind: "registered", type, name, component, action, seconds, objects: countKinds(objects) });
        return { id: `${name}-id`, state };
      } catch (error) {
        send({ kind: "failed", type, name, reason: error instanceof Error ? error.message : String(error) });
        throw error;
      }
    },
    call: ({ token }) => {
      throw new Error(`the rehearsal has no answer for ${token}; add it to tools/lab/rehearse/engine.ts`);
    },
  };
}

async function perform(options: EngineOptions, type: string, name: string, inputs: Inputs): Promise<Result> {
  if (type === "kubernetes:helm.sh/v3:Release") return release(options, inputs as unknown as ReleaseInputs);
  if (type.startsWith("kubernetes:")) return object(options, name, inputs);
  if (type.startsWith("random:")) {
    const state = { ...inputs, ...generateRandom(options.seed, type, name, inputs) };
    return { action: "ran", objects: [], state };
  }
  if (type === "command:local:Command") {
    const printed = await runLocalCommand(options.commands, name, inputs);
    return { action: "ran", objects: [], state: { ...inputs, ...printed } };
  }
  const answer = recordRemote(type, name, inputs);
  return { action: "recorded", objects: [], state: { ...inputs, ...answer } };
}

async function release(
  { access, rolloutTimeout, send }: EngineOptions,
  inputs: ReleaseInputs,
): Promise<Result> {
  const { name, namespace } = inputs;
  const { action, objects, revision } = await installRelease(access, inputs, (text) => {
    send({ kind: "progress", text });
  });
  await waitForRollout(access, namespace, objects, rolloutTimeout);
  return { action, objects, state: { ...inputs, status: { status: "deployed", name, namespace, revision } } };
}

async function object(
  { access, rolloutTimeout }: EngineOptions,
  name: string,
  inputs: Inputs,
): Promise<Result> {
  const metadata = (inputs["metadata"] ?? {}) as Record<string, unknown>;
  const named = { ...inputs, metadata: { ...metadata, name: metadata["name"] ?? name } };
  const { action, live } = await applyObject(access, named);
  // As Pulumi does: what depends on it comes when it is rolled out, or a kind is known.
  if (live.kind === "CustomResourceDefinition" || live.kind === "Deployment") {
    await waitForRollout(access, live.metadata.namespace ?? "default", [live], rolloutTimeout);
  }
  return { action, objects: [live], state: { ...live } };
}

/** A component's children are named after it (`<component>` or `<component>-<part>`), and registered after it. */
function componentOf(name: string, components: readonly string[]): string {
  return components.find((component) => name === component || name.startsWith(`${component}-`)) ?? "";
}

function countKinds(objects: readonly KubeObject[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of objects) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
