import { CONFIG_LIMIT_BYTES, configSizeProblem } from "../../../../model/stack/configSize";

/* That Linux and Pulumi bound it just there is in test/live/secrets.test.ts. */

const overrides = (bytes: number): unknown => [
  { reason: "long lists", values: { list: ["x".repeat(bytes)] } },
];

test("a configuration of a usual size fits", () => {
  expect(
    configSizeProblem("probe", { domain: "a.example.org", overrides: overrides(100_000) }),
  ).toBeUndefined();
});

test("one that is too long is refused with its size, the keys that make it so, and where long lists belong", () => {
  const raw = { domain: "a.example.org", overrides: overrides(175_000), zulip: { secure: "v1:AAAA:BBBB" } };
  expect(configSizeProblem("probe", raw)).toMatch(
    /^the configuration of stack probe has 175\d{3} bytes, but Pulumi cannot start the program with more than 122880; largest keys: mybinder:overrides 175\d{3}, mybinder:\w+ \d+\. Move long lists /,
  );
});

test("texts, maps and ciphertexts count, and what JSON escapes counts as it is handed over", () => {
  const half = Math.floor(CONFIG_LIMIT_BYTES / 2);
  const almost = { domain: "x".repeat(half), zulip: { secure: "y".repeat(half - 200) } };
  expect(configSizeProblem("probe", almost)).toBeUndefined();
  expect(configSizeProblem("probe", { ...almost, hosts: { hub: "z".repeat(200) } })).toBeDefined();
  // a quote in a map is escaped twice, and Go writes < as six characters
  expect(configSizeProblem("probe", { overrides: ['"'.repeat(half / 3)] })).toBeUndefined();
  expect(configSizeProblem("probe", { overrides: ['"'.repeat(half)] })).toBeDefined();
  expect(configSizeProblem("probe", { overrides: ["<".repeat(half / 3)] })).toBeDefined();
});
