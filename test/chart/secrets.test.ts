import { stackNames } from "../../model/stack/stackFiles";
import { secretsOf } from "../../secret/catalogue";
import { givenSecrets } from "../../secret/given";
import { shapes } from "../../secret/shapes";
import { ROOT } from "../../tools/ground/root";
import { type LoadedStack, loadStackFile } from "../../tools/ground/stackFile/stacks";
import { canariesIn, type Canary, canaryConfig, drawnCanaries } from "../support/canaries";
import { chartFolders } from "../support/chartFolders";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, type Rendered } from "../support/metaChart";
import type { Registered } from "../support/mocks";
import { programRecorder } from "../support/program";

/*
 * Where secrets get to in Kubernetes: each stack is rendered by helm with a canary in every secret, and the canaries occur
 * in objects of kind Secret only. Of a chart's own programs it proves nothing.
 */

/** What is read elsewhere than in a Secret, and why that was found to be fine. None of it gives access to anything. */
const REVIEWED: Readonly<Record<string, { kind: string; name: RegExp; why: string }>> = {
  bannedEgress: {
    kind: "NetworkPolicy",
    name: /^binder-(users|builds)$/,
    why: "a network policy has nothing else",
  },
  bannedIngress: {
    kind: "NetworkPolicy",
    name: /^banned-ingress$/,
    why: "a network policy has nothing else",
  },
  cryptnonoRules: {
    kind: "ConfigMap",
    name: /cryptnono-execwhacker$/,
    why: "the chart knows no Secret for them; only whoever reads the namespace sees them, miners do not",
  },
};

const recorder = programRecorder();
afterAll(recorder.end);

/** What the program of a stack registers, with a canary in each of its secrets; each stack's is run once. */
const programs = new Map<string, Promise<Registered[]>>();
function registrations(loaded: LoadedStack): Promise<Registered[]> {
  const { name } = loaded.stack;
  const known = programs.get(name) ?? recorder.record(name, canaryConfig(loaded));
  programs.set(name, known);
  return known;
}

test("what may be elsewhere than in a Secret gives no access, and may be the same on all stacks", () => {
  for (const key of Object.keys(REVIEWED)) {
    const secret = givenSecrets.find((one) => one.key === key);
    expect(secret?.shared).toBeDefined();
    expect(secret && shapes[secret.shape].credentials(secret.placeholder)).toEqual([]);
  }
});

describe.each(chartFolders())("rendered with %s", (_, folder) => {
  let chart: AssembledChart | undefined;
  beforeAll(async () => {
    chart = await AssembledChart.create(folder);
  }, HELM_BUILD_MS);
  afterAll(() => {
    chart?.remove();
  });

  test.each(stackNames(ROOT))(
    "%s has its secrets in Secrets, and nowhere else",
    async (stack) => {
      const loaded = loadStackFile(stack);
      const all = [...canaryConfig(loaded).canaries, ...drawnCanaries(loaded)];
      const registered = await registrations(loaded);
      const release = registered.find(({ type, name }) => type.endsWith(":Release") && name === "mybinder");
      if (!chart || !release) throw new Error("no chart, or no release of it");
      const values = release.inputs["values"] as Record<string, unknown>;
      const rendered = await chart.renderRelease(stack, values);
      const objects = [...rendered, ...registered.flatMap(applied)];

      expect(objects.flatMap((object) => outsideSecrets(object, all))).toEqual([]);
      const found = new Set(objects.flatMap((object) => canariesIn(JSON.stringify(object), all)));
      const wanted = secretsOf(loaded.stack.config).filter(({ values: paths }) => paths.length > 0);
      // The stand-ins do not read everything; the charts do, or the secret is for nothing.
      if (folder !== undefined) {
        expect(wanted.map(({ key }) => key).filter((key) => !found.has(key))).toEqual([]);
      }
      expect(found.size).toBeGreaterThan(wanted.length / 2);
    },
    120_000,
  );
});

/** The object of a resource that is a Kubernetes object itself. */
function applied({ type, name, inputs }: Registered): Rendered[] {
  const [, kind] = /^kubernetes:core\/v1:(\w+)$/.exec(type) ?? [];
  return kind === undefined ? [] : [{ apiVersion: "v1", kind, metadata: { name }, own: true, ...inputs }];
}

function outsideSecrets(object: Rendered, canaries: readonly Canary[]): string[] {
  const { kind, metadata } = object;
  if (kind === "Secret") return [];
  return canariesIn(JSON.stringify(object), canaries)
    .filter((key) => {
      const reviewed = REVIEWED[key];
      return reviewed?.kind !== kind || !reviewed.name.test(metadata.name);
    })
    .map((key) => `${key} in ${kind} ${metadata.name}`);
}
