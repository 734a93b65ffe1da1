import { keep } from "../../secret/kept";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { canariesIn, canaryConfig, canaryOf } from "../support/canaries";
import { programRecorder } from "../support/program";

/* How a program ends that cannot use a secret: each run leaves work undone, so each has a process of its own. */

const programs = programRecorder();
afterAll(programs.end);

test.each([
  [
    "is not valid YAML",
    "zulip",
    (value: string) => `{bot_key: "${value}`,
    /the secret zulip is refused: it is not valid YAML/,
  ],
  [
    "of generated ones is not valid YAML",
    "adoptedSecrets",
    (value: string) => `{harbor-key: "${value}`,
    /the secret adoptedSecrets is refused: it is not valid YAML/,
  ],
  [
    "is in a file that is not there",
    "bannedSpecs",
    (value: string) => keep(value.repeat(2000)).inStackFile,
    /the secret bannedSpecs is in Pulumi\.local\.bannedSpecs\.enc, which is missing or does not belong to Pulumi\.local\.yaml/,
  ],
  [
    "has a pattern that Python does not compile",
    "bannedSpecs",
    (value: string) => `{GitLabRepoProvider: ["^fine/.*", "*${value}*"]}`,
    /the secret bannedSpecs is refused: GitLabRepoProvider, entry 2, character 1: \* has nothing to repeat\. Set it again/,
  ],
  [
    "was set by Pulumi's own command in another shape",
    "zulip",
    (value: string) => `{bot_key: "${value}"}`,
    /the secret zulip is refused: allowed: .*; wrong or missing: bot_email, channel/,
  ],
  [
    "is a kubeconfig that leads nowhere",
    "kubeconfig",
    (value: string) =>
      JSON.stringify({
        clusters: [],
        users: [{ name: "u", user: { token: value } }],
        "current-context": "x",
      }),
    /stack local: its secret kubeconfig does not work: its current-context names a context that the kubeconfig does not have/,
  ],
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
