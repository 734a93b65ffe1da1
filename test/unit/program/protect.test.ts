import { stackNames } from "../../../model/stack/stackFiles";
import { rehearsalConfig } from "../../../tools/lab/rehearse/config";
import { ROOT } from "../../../tools/ground/root";
import { type LoadedStack, loadStackFile } from "../../../tools/ground/stackFile/stacks";
import { programRecorder } from "../../support/program";

/*
 * `pulumi destroy` goes on past what is protected: it spares that and all that it depends on, and deletes the rest.
 * test/live/protect.test.ts has the engine itself.
 */

const programs = programRecorder();
afterAll(programs.end);

/** What a destroy of this stack would delete. */
async function lost(loaded: LoadedStack): Promise<string[]> {
  const registered = await programs.record(loaded.stack.name, rehearsalConfig(loaded));
  const byUrn = new Map(registered.map((one) => [one.urn, one]));
  const spared = new Set<string>();
  const spare = (urn: string): void => {
    if (spared.has(urn)) return;
    spared.add(urn);
    byUrn.get(urn)?.after.forEach(spare);
  };
  for (const { protect, urn } of registered) if (protect) spare(urn);
  return registered.filter(({ urn }) => !spared.has(urn)).map(({ name }) => name);
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
])("a destroy of %s, %s, deletes nothing", async (stack, _, changes) => {
  expect(await lost(loadStackFile(stack, changes))).toEqual([]);
});

test.each(PROTECTED)("%s: protect: false lifts all of it but addresses that DNS knows", async (stack) => {
  const loaded = loadStackFile(stack, { ...managed(stack), protect: false });
  const registered = await programs.record(stack, rehearsalConfig(loaded));
  expect(registered.filter(({ protect }) => protect).map(({ type }) => type)).toEqual(
    stack === "prod" ? ["gcp:compute/address:Address"] : [],
  );
});
