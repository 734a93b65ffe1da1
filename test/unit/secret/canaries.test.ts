import { stackNames } from "../../../model/stackFiles";
import { givenSecrets } from "../../../secret/given";
import { rehearsalConfig } from "../../../tools/rehearse/config";
import { ROOT } from "../../../tools/root";
import { loadStackFile } from "../../../tools/stacks";
import { canariesIn, type Canary, canaryConfig, canaryOf, drawnCanaries } from "../../support/canaries";
import { programRecorder } from "../../support/program";

/*
 * A canary in every secret of every stack: the program marks each place of it as secret, and its errors show none. What a
 * provider does with a secret it proves nothing of; test/chart, test/cluster and test/live do.
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

test.each([
  [
    "is not readable as YAML",
    "zulip",
    (value: string) => `{bot_key: "${value}`,
    /the secret zulip is not readable as YAML/,
  ],
  [
    "of generated ones is not readable as YAML",
    "adoptedSecrets",
    (value: string) => `{harbor-key: "${value}`,
    /the secret adoptedSecrets is not readable as YAML/,
  ],
  ["is damaged", "bannedSpecs", (value: string) => `gzip:${value}`, /the secret bannedSpecs is damaged/],
])("a secret that %s ends the program without being shown", async (_, key, damage, message) => {
  const loaded = loadStackFile("local");
  const canary = canaryOf(key, "local");
  const { config, secretKeys } = canaryConfig(loaded);
  const broken = { ...config, [`mybinder:${key}`]: damage(canary.text) };
  const problem: unknown = await programs
    .record("local", { config: broken, secretKeys })
    .catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Error);
  expect((problem as Error).message).toMatch(message);
  expect(canariesIn(String((problem as Error).stack), [canary])).toEqual([]);
});

test("a secret of a stack that lacks another is not in the error about that", async () => {
  const loaded = loadStackFile("bids-ovh");
  const { canaries, config, secretKeys } = canaryConfig(loaded);
  const left = Object.fromEntries(
    Object.entries(config).filter(([key]) => key !== "mybinder:registryS3SecretKey"),
  );
  const problem: unknown = await programs
    .record("bids-ovh", { config: left, secretKeys })
    .catch((error: unknown) => error);
  expect(String(problem)).toMatch(/stack bids-ovh: 1 secret is not set\n {2}registryS3SecretKey: /);
  expect(canariesIn(String(problem), canaries)).toEqual([]);
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
