import { plannedStacks, stacksOf } from "../../../bootstrap/plan";
import type { StackConfig } from "../../../model/schema/stack";
import { parseConfig } from "../../../model/stack/config";
import type { Access } from "../../../secret/access";

const KEY = "gcpkms://projects/p-1/locations/global/keyRings/r/cryptoKeys/{stack}";
const cluster = { kind: "existing", pools: {} };
const registry = { kind: "none" };
const CONFIGS = new Map<string, StackConfig>(
  Object.entries({
    local: { role: "member", domain: "local.example.org", cluster, registry },
    one: { role: "member", domain: "one.example.org", cluster, registry, lifecycle: "paused" },
    prod: {
      role: "proxy",
      domain: "example.org",
      cluster,
      federation: { members: [{ name: "one", weight: 1 }] },
    },
    staging: {
      role: "both",
      domain: "staging.example.org",
      cluster,
      registry,
      federation: { members: [{ name: "staging", weight: 1 }] },
    },
  }).map(([name, raw]) => [name, parseConfig(name, raw)]),
);
const holder = { contact: "somebody@example.org", reason: "operates everything" };
const ACCESS: Access = {
  provider: { default: KEY, stacks: { local: "passphrase" } },
  holders: [
    { ...holder, name: "team", kind: "team", google: "group:team@example.org", stacks: "all" },
    { ...holder, name: "ann", kind: "person", google: "user:ann@example.org", stacks: ["one"] },
    { ...holder, name: "bob", kind: "person", stacks: ["one"] },
    { ...holder, name: "ci", kind: "ci", google: "user:ci@example.org", stacks: ["one", "prod", "staging"] },
  ],
};
const planned = (access: Access): ReturnType<typeof plannedStacks> =>
  plannedStacks("mybinder", { project: "p-1" }, access, CONFIGS);

test("stacks with a key of the project are prepared for, paused ones too; a passphrase needs nothing", () => {
  expect(planned(ACCESS).map(({ name, key, people, ci }) => ({ name, key: key.name, people, ci }))).toEqual([
    { name: "one", key: "one", people: ["group:team@example.org", "user:ann@example.org"], ci: true },
    { name: "prod", key: "prod", people: ["group:team@example.org"], ci: true },
    { name: "staging", key: "staging", people: ["group:team@example.org"], ci: true },
  ]);
});

test("an environment works on its own stacks, and only on those that CI holds", () => {
  const names = (access: Access): string[][] =>
    (["preview", "staging", "production"] as const).map((environment) =>
      stacksOf(environment, planned(access)).map(({ name }) => name),
    );
  expect(names(ACCESS)).toEqual([["one", "prod", "staging"], ["staging"], ["one", "prod"]]);
  const holders = ACCESS.holders.map((one) => (one.kind === "ci" ? { ...one, stacks: ["prod"] } : one));
  expect(names({ ...ACCESS, holders })).toEqual([["prod"], [], ["prod"]]);
});

test.each([
  ["another project", "gcpkms://projects/p-2/locations/global/keyRings/r/cryptoKeys/k"],
  ["the bootstrap's own key", "gcpkms://projects/p-1/locations/global/keyRings/r/cryptoKeys/bootstrap"],
  ["a key that is none", "gcpkms://projects/p-1/keys/k"],
])("%s is refused with the stack, what was found and what is allowed", (_, provider) => {
  const access = { ...ACCESS, provider: { default: KEY, stacks: { local: "passphrase", prod: provider } } };
  expect(() => planned(access)).toThrow(
    `secret/access.yaml, provider of prod: found ${provider}; allowed: gcpkms://projects/p-1/locations/LOCATION/`,
  );
});

test("an access list that names no stack is refused", () => {
  const holders = [...ACCESS.holders, { ...holder, name: "eve", kind: "person" as const, stacks: ["gone"] }];
  expect(() => planned({ ...ACCESS, holders })).toThrow(/secret\/access\.yaml: there is no stack gone/);
});
