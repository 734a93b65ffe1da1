import { bits, ciphertextDigest, fingerprint } from "../../../secret/fingerprint";
import { givenSecrets } from "../../../secret/given";
import { groupsOf, recordOf, sharedCredentials, weakness } from "../../../secret/records";
import type { GivenSecret } from "../../../secret/types";

const NOW = new Date("2026-11-24T12:00:00Z");
const LATER = new Date("2027-01-02T12:00:00Z");
const VALUE = "q7Zr0vXcK2mPw9LtYb4NsHdG";

function secretOf(key: string): GivenSecret {
  const found = givenSecrets.find((secret) => secret.key === key);
  if (!found) throw new Error(key);
  return found;
}

test("a record holds the day, the digest of the ciphertext and fingerprints, and nothing of the value", () => {
  const record = recordOf(secretOf("registryPassword"), `${VALUE}\n`, { ciphertext: "v1:abc" }, NOW);
  expect(record).toEqual({
    set: "2026-11-24",
    ciphertext: ciphertextDigest("v1:abc"),
    credentials: [fingerprint(VALUE)],
  });
  expect(JSON.stringify(record)).not.toContain(VALUE);
});

test("encrypted again, the same value keeps its day; another value does not", () => {
  const password = secretOf("registryPassword");
  const record = recordOf(password, VALUE, { ciphertext: "v1:abc" }, NOW);
  expect(recordOf(password, VALUE, { ciphertext: "v1:xyz" }, LATER, record)).toEqual({
    ...record,
    ciphertext: ciphertextDigest("v1:xyz"),
  });
  expect(recordOf(password, `${VALUE}2`, { ciphertext: "v1:xyz" }, LATER, record).set).toBe("2027-01-02");
});

test("a value that may be shared has no fingerprint", () => {
  expect(
    recordOf(secretOf("bannedIngress"), "[192.0.2.1]", { ciphertext: "v1:abc" }, NOW).credentials,
  ).toEqual([]);
  expect(weakness(secretOf("registryUsername"), "robot")).toBeUndefined();
});

test("what could be guessed is refused, since its fingerprint is public", () => {
  expect(weakness(secretOf("registryPassword"), "hunter2")).toMatch(
    /^it could be guessed \(about 19 bits; at least 80/,
  );
  expect(weakness(secretOf("registryPassword"), "a".repeat(500))).toMatch(/about 0 bits/);
  expect(weakness(secretOf("registryPassword"), VALUE)).toBeUndefined();
  expect(bits("0123456789abcdef")).toBe(64);
});

test("the same credential on two stacks is found, under whichever key; twice on one stack it is not", () => {
  const record = recordOf(secretOf("registryPassword"), VALUE, { ciphertext: "v1:abc" }, NOW);
  const other = recordOf(secretOf("registryPassword"), `${VALUE}2`, { ciphertext: "v1:abc" }, NOW);
  expect(
    sharedCredentials({
      staging: { registryPassword: record },
      prod: { registryS3SecretKey: record, registryS3AccessKey: record },
      local: { registryPassword: other },
    }),
  ).toEqual([{ places: ["prod registryS3AccessKey", "staging registryPassword"] }]);
  expect(sharedCredentials({ staging: { a: record, b: record }, prod: { a: other } })).toEqual([]);
});

test("members of one federation may have the same value of a key, and of that key alone", () => {
  const shared = recordOf(
    secretOf("buildTokenSecret"),
    "0123456789abcdef".repeat(4),
    { ciphertext: "v1:abc" },
    NOW,
  );
  const together = (key: string, stacks: readonly string[]): boolean =>
    key === "buildTokenSecret" && !stacks.includes("staging");
  const members = { a: { buildTokenSecret: shared }, b: { buildTokenSecret: shared } };
  expect(sharedCredentials(members, together)).toEqual([]);
  expect(sharedCredentials({ ...members, staging: { buildTokenSecret: shared } }, together)).toEqual([
    { places: ["a buildTokenSecret", "b buildTokenSecret", "staging buildTokenSecret"] },
  ]);
  expect(sharedCredentials({ ...members, c: { k3sToken: shared } }, together)).toHaveLength(1);
});

test("members are in groups of the same value, those without one in none", () => {
  const record = (digit: string): ReturnType<typeof recordOf> =>
    recordOf(
      secretOf("buildTokenSecret"),
      `${digit}123456789abcdef`.repeat(4),
      { ciphertext: "v1:abc" },
      NOW,
    );
  const records = {
    a: { buildTokenSecret: record("0") },
    b: { buildTokenSecret: record("1") },
    c: { buildTokenSecret: record("0") },
    d: {},
  };
  expect(groupsOf(records, "buildTokenSecret", ["a", "b", "c", "d"])).toEqual([["a", "c"], ["b"]]);
});
