import { stackNames } from "../../../model/stackFiles";
import { rehearsalConfig } from "../../../tools/rehearse/config";
import { ROOT } from "../../../tools/root";
import { type LoadedStack, loadStackFile } from "../../../tools/stacks";
import type { Registered } from "../../support/mocks";
import { programRecorder } from "../../support/program";

/*
 * Pulumi deletes in waves, from the resources on top of the longest chain of dependencies down to those that depend on
 * nothing, and a protected one ends it when its own wave comes: whatever is in that wave or an earlier one is deleted all the
 * same. test/live/protect.test.ts has the engine itself.
 */

const programs = programRecorder();
afterAll(programs.end);

/** The wave of each resource, counted from the last one. */
function waves(registered: readonly Registered[]): ReadonlyMap<string, number> {
  const byUrn = new Map(registered.map((one) => [one.urn, one]));
  const known = new Map<string, number>();
  const waveOf = (urn: string): number => {
    const after = byUrn.get(urn)?.after ?? [];
    const wave = known.get(urn) ?? 1 + Math.max(0, ...after.map(waveOf));
    known.set(urn, wave);
    return wave;
  };
  return new Map(registered.map(({ urn }) => [urn, waveOf(urn)]));
}

/** What a destroy of this stack would delete before it is refused. */
async function lost(loaded: LoadedStack): Promise<string[]> {
  const registered = await programs.record(loaded.stack.name, rehearsalConfig(loaded));
  const wave = waves(registered);
  const refused = Math.max(
    0,
    ...registered.filter(({ protect }) => protect).map(({ urn }) => wave.get(urn) ?? 0),
  );
  return registered
    .filter(({ protect, custom, urn }) => custom && !protect && (wave.get(urn) ?? 0) >= refused)
    .map(({ name }) => name);
}

/** Clusters, machines and what is at Google are managed here, with all that can be switched on. */
function managed(stack: string): Record<string, unknown> {
  const { raw } = loadStackFile(stack);
  const snapshots = { s3: { bucket: "snapshots", endpoint: "https://s3.example.org" } };
  const release = { window: { days: ["sunday"], start: "00:00", end: "02:00" } };
  const k3s = (raw["cluster"] as { kind: string }).kind === "k3s";
  return {
    cluster: { ...(raw["cluster"] as object), managed: true, ...(k3s && { snapshots, release }) },
    ...(raw["google"] !== undefined && { google: { ...raw["google"], managed: true } }),
  };
}

const PROTECTED = stackNames(ROOT).filter((stack) => loadStackFile(stack).stack.config.protect);

test.each([
  ...PROTECTED.map((stack) => [stack, "as it is", {}] as const),
  ...PROTECTED.map((stack) => [stack, "with all of it managed", managed(stack)] as const),
])("a destroy of %s, %s, is refused before anything is deleted", async (stack, _, changes) => {
  expect(await lost(loadStackFile(stack, changes))).toEqual([]);
});

test.each(PROTECTED)("%s: protect: false lifts all of it but addresses that DNS knows", async (stack) => {
  const loaded = loadStackFile(stack, { ...managed(stack), protect: false });
  const registered = await programs.record(stack, rehearsalConfig(loaded));
  expect(registered.filter(({ protect }) => protect).map(({ type }) => type)).toEqual(
    stack === "prod" ? ["gcp:compute/address:Address"] : [],
  );
});
