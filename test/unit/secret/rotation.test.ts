import { parseConfig } from "../../../model/stack/config";
import { generatedSecrets } from "../../../secret/generated";
import { nextRotation, strayRotations } from "../../../secret/rotation";
import { rehearsalConfig } from "../../../tools/lab/rehearse/config";
import { loadStackFile } from "../../../tools/ground/stackFile/stacks";
import type { Registered } from "../../support/mocks";
import { programRecorder } from "../../support/program";
import { generateRandom } from "../../../tools/lab/rehearse/randomValues";

const programs = programRecorder();
afterAll(programs.end);

async function register(changes: Record<string, unknown> = {}): Promise<Registered[]> {
  const registered = await programs.record(
    "hetzner-2i2c",
    rehearsalConfig(loadStackFile("hetzner-2i2c", changes)),
  );
  return registered.sort((a, b) => (a.name < b.name ? -1 : 1));
}

test("two runs of the program ask for the same, so no deploy replaces a secret", async () => {
  const first = await register();
  expect(await register()).toEqual(first);
  const drawn = first.filter(({ type }) => type.startsWith("random:"));
  expect(drawn.length).toBeGreaterThanOrEqual(11);
  expect(drawn.filter(({ inputs }) => "keepers" in inputs)).toEqual([]);
});

test("rotating one secret changes the inputs of its own resource, and of no other", async () => {
  const before = await register();
  const after = await register({ secretRotations: { "proxy-token": "2026-11-24" } });
  const changed = after.filter((one, index) => JSON.stringify(one) !== JSON.stringify(before[index]));
  expect(changed).toEqual([
    expect.objectContaining({
      type: "random:index/randomBytes:RandomBytes",
      name: "proxy-token",
      custom: true,
      inputs: { length: 32, keepers: { rotated: "2026-11-24" } },
    }),
  ]);
});

test("a rehearsal replaces what was rotated and keeps the rest", () => {
  const type = "random:index/randomBytes:RandomBytes";
  const draw = (inputs: Record<string, unknown>): unknown =>
    generateRandom("seed", type, "proxy-token", inputs)["hex"];
  expect(draw({ length: 32 })).toBe(draw({ length: 32 }));
  const rotated = { length: 32, keepers: { rotated: "2026-11-24" } };
  expect(draw(rotated)).toBe(draw(rotated));
  expect(draw(rotated)).not.toBe(draw({ length: 32 }));
});

test("a second rotation on one day is another value", () => {
  const now = new Date("2026-11-24T12:00:00Z");
  expect(nextRotation(undefined, now)).toBe("2026-11-24");
  expect(nextRotation("2026-11-24", now)).toBe("2026-11-24.2");
  expect(nextRotation("2026-11-24.2", now)).toBe("2026-11-24.3");
  expect(nextRotation("2025-01-01.7", now)).toBe("2026-11-24");
});

test("a rotation of what the stack does not generate is an error, not silence", async () => {
  const { raw } = loadStackFile("prod");
  const config = parseConfig("prod", {
    ...raw,
    secretRotations: { "hub-cookie-secret": "2026-11-24", "grafana-admin": "2026-11-24" },
  });
  expect(strayRotations(config)).toEqual(["hub-cookie-secret"]);
  await expect(register({ secretRotations: { "hub-cookie": "2026-11-24" } })).rejects.toThrow(
    "stack hetzner-2i2c: mybinder:secretRotations names secrets that the stack does not generate: hub-cookie.",
  );
});

test("a date that Pulumi's CLI has rewritten as a timestamp is refused with what to write", () => {
  const { raw } = loadStackFile("prod");
  expect(() =>
    parseConfig("prod", { ...raw, secretRotations: { "grafana-admin": "2026-11-24 00:00:00 +0000 UTC" } }),
  ).toThrow(/secretRotations\.grafana-admin.*a day in quotes such as "2026-11-24"/);
});

test("each generated secret says what rotating it does", () => {
  expect(generatedSecrets.filter(({ rotation }) => rotation.effect.length < 10)).toEqual([]);
});
