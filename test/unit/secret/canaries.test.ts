import { stackNames } from "../../../model/stack/stackFiles";
import { givenSecrets } from "../../../secret/given";
import { rehearsalConfig } from "../../../tools/lab/rehearse/config";
import { ROOT } from "../../../tools/ground/root";
import { loadStackFile } from "../../../tools/ground/stackFile/stacks";
import { canariesIn, type Canary, canaryConfig, drawnCanaries } from "../../support/canaries";
import { programRecorder } from "../../support/program";

/*
 * A canary in every secret of every stack: the program marks each place of it as secret. Its errors are in
 * test/commands/secretErrors.test.ts; what a provider does with a secret, test/chart, test/cluster and test/live show.
 */

const programs = programRecorder();
afterAll(programs.end);

test("a canary is found as it is and in base64, at whichever offset", () => {
  const canaries: Canary[] = [{ key: "found", text: "CANARY-7f3a9c" }];
  const found = ["", "a", "ab", "user:"].flatMap((before) => [
    canariesIn(`x${before}CANARY-7f3a9cx`, canaries),
    canariesIn(Buffer.from(`${before}CANARY-7f3a9c after`).toString("base64"), canaries),
  ]);
  expect(found).toEqual(Array.from({ length: 8 }, () => ["found"]));
  expect(canariesIn("CANARY-7f3a9", canaries)).toEqual([]);
});

/** Every stack as it is, and one of each kind with its cluster managed: that has secrets of its own. */
const CASES = [
  ...stackNames(ROOT).map((stack) => [stack, stack, {}] as const),
  ...["staging", "prod"].map((stack) => [`${stack}, managed`, stack, { managed: true }] as const),
];

test.each(CASES)("%s: the program marks every secret it registers", async (_, stack, change) => {
  const cluster = { ...(loadStackFile(stack).raw["cluster"] as Record<string, unknown>), ...change };
  const loaded = loadStackFile(stack, { cluster });
  const { canaries, ...config } = canaryConfig(loaded);
  const all = [...canaries, ...drawnCanaries(loaded)];
  const registered = await programs.record(stack, config);
  const open = registered.map(({ inputs }) => inputs);
  expect(canariesIn(JSON.stringify(open), all)).toEqual(all.map(({ key }) => key).sort());
  const shown = registered.map(({ type, name, shown: inputs }) => ({ type, name, inputs }));
  expect(canariesIn(JSON.stringify(shown), all)).toEqual([]);
});

test("golden files and rehearsals are made of placeholders: what a stack file holds encrypted never gets there", () => {
  for (const stack of stackNames(ROOT)) {
    const { config, secretKeys } = rehearsalConfig(loadStackFile(stack));
    const values = secretKeys.flatMap((key) => (config[key] === undefined ? [] : [config[key]]));
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((value) => !givenSecrets.some(({ placeholder }) => placeholder === value))).toEqual(
      [],
    );
  }
});
