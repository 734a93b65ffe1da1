import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { loadStack, secretReader } from "../../../components/config";
import { keep, secretFile } from "../../../secret/kept";
import { rehearsalConfig } from "../../../tools/lab/rehearse/config";
import { ROOT } from "../../../tools/ground/root";
import { loadStackFile } from "../../../tools/ground/stackFile/stacks";
import { recordRegistrations, valueOf } from "../../support/mocks";

/* Without an engine the SDK writes to the console what it would have the engine show; test/live has the engine itself. */

const NEEDED = {
  reason: "finished pods of this stack are looked at",
  values: { nodeJanitor: { finishedMinutes: 61 } },
};
const IDLE = {
  reason: "the chart once had another number here",
  values: { nodeJanitor: { finishedMinutes: 61 } },
};
const OVER = {
  reason: "until the new machine is here",
  until: "2026-01-31",
  values: { nodeJanitor: { periodSeconds: 61 } },
};

/** No stack has a bucket for backups yet. */
const NO_BACKUP = "backs nothing up";

/** What the program of prod warns of when it reads its configuration, with these overrides. */
async function allWarnings(...overrides: unknown[]): Promise<string[]> {
  const { config, secretKeys } = rehearsalConfig(loadStackFile("prod"));
  const given = { "mybinder:overrides": JSON.stringify(overrides), "mybinder:alerting": '{"webhook":{}}' };
  return await warningsOf({ ...config, ...given }, secretKeys);
}

async function warningsOf(config: Record<string, string>, secretKeys: readonly string[]): Promise<string[]> {
  await recordRegistrations("prod", config, [...secretKeys]);
  const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  try {
    loadStack(ROOT);
    return warn.mock.calls.map(([line]) => String(line));
  } finally {
    warn.mockRestore();
  }
}

const warnings = async (...overrides: unknown[]): Promise<string[]> =>
  (await allWarnings(...overrides)).filter((line) => !line.includes(NO_BACKUP));

test("a preview warns of a stack that backs nothing up", async () => {
  expect(await allWarnings()).toEqual([expect.stringContaining(`stack prod ${NO_BACKUP}`)]);
});

test("a preview warns of each stale override, with its file, key and reason; of one that is needed it says nothing", async () => {
  expect(await warnings(NEEDED, IDLE, OVER)).toEqual([
    'warning: [runtime] Pulumi.prod.yaml, mybinder:overrides[1] ("the chart once had another number here"): ' +
      "nodeJanitor.finishedMinutes has no effect: it already is 61; delete it",
    'warning: [runtime] Pulumi.prod.yaml, mybinder:overrides[2] ("until the new machine is here"): ' +
      "expired on 2026-01-31; delete it or extend `until`",
  ]);
});

test("a preview warns once of a stack whose alerts nobody gets, and not of one without monitoring or that is not to last", async () => {
  const { config, secretKeys } = rehearsalConfig(loadStackFile("prod"));
  const untold = (lines: readonly string[]): string[] =>
    lines.filter((line) => line.includes("nobody is told"));
  expect(untold(await warningsOf(config, secretKeys))).toEqual([
    "warning: [runtime] stack prod: its alerts fire, and nobody is told: mybinder:alerting in Pulumi.prod.yaml names no " +
      "receiver (webhook, zulip, email, github). docs/alerts.md says how to add one",
  ]);
  const off = { ...config, "mybinder:monitoring": '{"enabled":false}' };
  expect(untold(await warningsOf(off, secretKeys))).toEqual([]);
  const fleeting = { ...config, "mybinder:protect": "false" };
  expect(untold(await warningsOf(fleeting, secretKeys))).toEqual([]);
});

test("a preview warns of a boost that has ended, with its file, key and reason", async () => {
  const { config, secretKeys } = rehearsalConfig(loadStackFile("bids-ovh"));
  const boost = { repositories: "^o/r/.*", quota: 300, until: "2026-01-31", reason: "a course in January" };
  await recordRegistrations("bids-ovh", { ...config, "mybinder:boosts": JSON.stringify([boost]) }, [
    ...secretKeys,
  ]);
  const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  loadStack(ROOT);
  expect(warn.mock.calls.map(([line]) => String(line)).filter((line) => line.includes("boosts"))).toEqual([
    'warning: [runtime] Pulumi.bids-ovh.yaml, mybinder:boosts[0] ("a course in January"): ' +
      "ended on 2026-01-31; delete it or extend `until`; the next deploy takes it away",
  ]);
  warn.mockRestore();
});

test("an override that a secret is laid over ends the program, and names the secret", async () => {
  const values = { networkPolicy: { ingress: { bannedIps: ["203.0.113.7"] } } };
  await expect(warnings({ reason: "nobody else does it", values })).rejects.toThrow(
    /mybinder:overrides\[0\]\.values\.networkPolicy\.ingress\.bannedIps: has no effect: it is hidden by the secret bannedIngress/,
  );
});

test("a part of the configuration that is encrypted, and arrives in clear, ends the program without being shown", async () => {
  const { config, secretKeys } = rehearsalConfig(loadStackFile("prod"));
  const overrides = JSON.stringify([{ reason: "GitHub knows us", values: { a: "hunter2" } }]);
  await recordRegistrations("prod", { ...config, "mybinder:overrides": overrides }, [
    ...secretKeys,
    "mybinder:overrides",
  ]);
  let message = "";
  try {
    loadStack(ROOT);
  } catch (error) {
    message = String((error as Error).stack);
  }
  expect(message).toContain(
    "mybinder:overrides: found an encrypted value, but this key's value is stored in clear in Pulumi's state",
  );
  expect(message).not.toContain("hunter2");
});

test("a key in a namespace that is misspelt ends the program", async () => {
  const { config } = rehearsalConfig(loadStackFile("prod"));
  await recordRegistrations("prod", { ...config, "mybiner:protect": "false" }, []);
  expect(() => loadStack(ROOT)).toThrow(
    /^stack prod: 1 problem .*\n {2}mybiner:protect: found a key in namespace mybiner, which nothing reads; allowed: mybinder:protect$/,
  );
});

test("an override that the chart would refuse is an error of the preview, which goes on to say what else is wrong", async () => {
  const error = jest.spyOn(console, "error").mockImplementation(() => undefined);
  const wrong = { reason: "a test of overrides", values: { federationProxy: { replicas: "many" } } };
  try {
    expect(await warnings(wrong, OVER)).toHaveLength(1);
    expect(error.mock.calls.map(([line]) => String(line))).toEqual([
      "error: [runtime] Pulumi.prod.yaml, mybinder:overrides[0].values.federationProxy.replicas: " +
        'found "many" (string); allowed: a value of type number (values.schema.json of the meta chart)',
    ]);
  } finally {
    error.mockRestore();
  }
});

test("an override without a reason ends the program, with the key", async () => {
  await expect(warnings({ values: {} })).rejects.toThrow(
    /stack prod: .*\n.*mybinder:overrides\[0\]\.reason: not set/,
  );
});

test("a configuration that Linux does not let Pulumi hand over ends the program where another system does", async () => {
  const values = { grafana: { long: "x".repeat(130_000) } };
  await expect(warnings({ reason: "a dashboard of ours", values })).rejects.toThrow(
    /the configuration of stack prod has 13\d{4} bytes, but Pulumi cannot start the program with more than 122880; largest keys: mybinder:overrides/,
  );
});

describe("a secret", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-secrets-"));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const long = `[${"192.0.2.2, ".repeat(5000)}192.0.2.3]`;
  const read = async (key: string, text: string): Promise<pulumi.Output<string> | undefined> => {
    await recordRegistrations("probe", { [`mybinder:${key}`]: text }, [`mybinder:${key}`]);
    return secretReader(folder)(key);
  };

  test("is read as it was set, and a long one from its file; both stay secret", async () => {
    const { inStackFile, file = "" } = keep(long);
    writeFileSync(join(folder, secretFile("probe", "bannedIngress")), file);
    for (const [text, value] of [
      ["[192.0.2.2]", "[192.0.2.2]"],
      [inStackFile, long],
    ] as const) {
      const output = await read("bannedIngress", text);
      expect(await valueOf(output ?? pulumi.output(""))).toBe(value);
      expect(await pulumi.isSecret(output ?? pulumi.output(""))).toBe(true);
    }
    expect(await read("bannedIngress", "")).toBeUndefined();
  });
});
