import { deriveStack } from "../../../model/stack/config";
import type { Values } from "../../../model/schema/plain/mergeValues";
import { stackNames } from "../../../model/stack/stackFiles";
import type { RawConfig } from "../../../model/schema/rawConfig";
import { stackValues } from "../../../model/values";
import { rehearsalConfig } from "../../../tools/lab/rehearse/config";
import { ROOT } from "../../../tools/ground/root";
import { publicConfig } from "../../../tools/ground/stackFile/stacks";
import { chartFolders } from "../../support/chartFolders";
import { HELM_BUILD_MS } from "../../support/helm";
import { AssembledChart } from "../../support/metaChart";
import type { Registered } from "../../support/mocks";
import { programRecorder } from "../../support/program";
import { schemaKeys, withKey } from "../../support/schemaKeys";
import { BASES } from "./bases";
import { type Change, CHANGES, NOT_SHOWN_BY_STAND_INS } from "./changes";

/*
 * No key without an effect: each key of a stack file is changed on a stack, and an object that is rendered, or a resource
 * beside the release, is another one. A value that no template reads has none. It is not asked whether the effect is the right one.
 */

test("every key of the schema has an entry, and every entry a key", () => {
  expect(Object.keys(CHANGES).sort()).toEqual(schemaKeys().sort());
});

test.each(Object.entries(CHANGES).filter(([, entry]) => "because" in entry))(
  "%s changes nothing, and says why",
  (_, entry) => {
    expect("because" in entry && entry.because.length).toBeGreaterThan(20);
  },
);

const changed = Object.entries(CHANGES).flatMap(([key, entry]): [string, Change][] =>
  "because" in entry ? [] : [[key, entry]],
);
const programs = programRecorder();
const charts = new Map<string, AssembledChart>();
afterAll(() => {
  programs.end();
  for (const chart of charts.values()) chart.remove();
});

/** What a stack makes: the values of its release, and everything else. */
interface Made {
  readonly stack: string;
  readonly values: Values | undefined;
  readonly rest: string;
}
const made = new Map<string, Promise<Made>>();
const rendered = new Map<string, Promise<string>>();

function make(stack: string, raw: RawConfig): Promise<Made> {
  return once(made, JSON.stringify([stack, raw]), async () => {
    const derived = deriveStack(stack, raw, publicConfig, stackNames(ROOT));
    const { config, secretKeys } = rehearsalConfig({ stack: derived, raw });
    // the placeholder has no context but its own: without it, the file that the environment names is read and not checked
    const reached =
      derived.config.cluster.kind === "existing" ? { ...config, "mybinder:kubeconfig": "" } : config;
    const registered = await programs.record(stack, { config: reached, secretKeys });
    const isRelease = ({ name, type }: Registered): boolean =>
      name === "mybinder" && type.endsWith(":Release");
    return {
      stack,
      values: registered.find(isRelease)?.inputs["values"] as Values | undefined,
      rest: JSON.stringify(
        registered.filter((one) => !isRelease(one)).map(({ type, name, inputs }) => [type, name, inputs]),
      ),
    };
  });
}

function render(chart: string, { stack, values }: Made): Promise<string> {
  return once(rendered, JSON.stringify([chart, stack, values]), async () =>
    JSON.stringify(await charts.get(chart)?.renderRelease(stack, values ?? {})),
  );
}

async function once<T>(known: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const promise = known.get(key) ?? work();
  known.set(key, promise);
  return await promise;
}

/** Whether the change is one of an object, with the charts of that name. */
async function shows(chart: string, key: string, { on, from, to, entry = "" }: Change): Promise<boolean> {
  const { stack, raw } = BASES[on];
  const before = await make(stack, from === undefined ? raw : withKey(raw, key, from, entry));
  const after = await make(stack, withKey(raw, key, to, entry));
  if (before.rest !== after.rest) return true;
  if (JSON.stringify(before.values) === JSON.stringify(after.values)) return false;
  return (await render(chart, before)) !== (await render(chart, after));
}

/** Whether the change shows in the values of the proxy, which reads the member's file, or in its own where peers have a key. */
function showsInModel(key: string, { on, to, entry = "", in: whose }: Change): boolean {
  const { stack, raw } = BASES[on];
  const values = (member: RawConfig): string => {
    const rawOf = (name: string): RawConfig | undefined => {
      if (name === stack) return member;
      const other = publicConfig(name);
      const registry = { ...(other?.["registry"] as RawConfig | undefined), mirrorKey: "C".repeat(43) };
      return whose === "mirrors" && other ? { ...other, registry } : other;
    };
    const name = whose === "proxy" ? "prod" : stack;
    const derived = deriveStack(name, rawOf(name) ?? {}, rawOf, stackNames(ROOT));
    return JSON.stringify([stackValues(derived), derived.federation?.traffic, derived.mirrors]);
  };
  return values(raw) !== values(withKey(raw, key, to, entry));
}

describe.each(chartFolders())("with %s", (name, folder) => {
  const hidden = folder === undefined ? NOT_SHOWN_BY_STAND_INS : [];
  beforeAll(async () => {
    charts.set(name, await AssembledChart.create(folder));
  }, HELM_BUILD_MS);

  test.each(changed.filter(([key]) => !hidden.includes(key)))(
    "%s changes what is made",
    async (key, change) => {
      expect(change.in ? showsInModel(key, change) : await shows(name, key, change)).toBe(true);
    },
  );

  // otherwise every change would be one
  test.each(Object.entries(BASES))("stack %s is rendered alike each time", async (_, { stack, raw }) => {
    const { values } = await make(stack, raw);
    const again = JSON.stringify(await charts.get(name)?.renderRelease(stack, values ?? {}));
    expect(again === (await render(name, await make(stack, raw)))).toBe(true);
  });

  test("what these charts do not show is listed, and no longer than they do not", async () => {
    const shown: string[] = [];
    for (const [key, change] of changed) {
      if (hidden.includes(key) && (await shows(name, key, change))) shown.push(key);
    }
    expect(shown).toEqual([]);
    if (hidden.length > 0) process.stderr.write(`not shown by ${name}: ${hidden.join(", ")}\n`);
  });
});
