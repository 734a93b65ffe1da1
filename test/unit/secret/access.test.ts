import { stackNames } from "../../../model/stack/stackFiles";
import { type Access, accessProblems, accessSchema, holdersOf, wantedProvider } from "../../../secret/access";
import { ROOT } from "../../../tools/ground/root";
import { readAccess } from "../../../tools/operate/secrets/access";

const access: Access = {
  provider: {
    default: "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/{stack}",
    stacks: { local: "passphrase" },
  },
  holders: [
    {
      name: "ada",
      kind: "person",
      contact: "ada@example.org",
      reason: "operates the member",
      stacks: ["one"],
    },
    { name: "ci", kind: "ci", contact: "ops@example.org", reason: "deploys what is merged", stacks: "all" },
  ],
};

test("the committed list names only stacks there are, and somebody with a contact and a reason for each", () => {
  const committed = readAccess();
  const stacks = stackNames(ROOT);
  expect(stacks.length).toBeGreaterThan(5);
  expect(accessProblems(committed, stacks)).toEqual([]);
  for (const stack of stacks) {
    expect(holdersOf(committed, stack).filter(({ kind }) => kind !== "ci").length).toBeGreaterThan(0);
    expect(wantedProvider(committed, stack)).toMatch(
      stack === "local" ? /^passphrase$/ : new RegExp(`^gcpkms://.*/${stack}$`),
    );
  }
});

test("every stack is to have a key of its own, a new one too", () => {
  expect(wantedProvider(access, "one")).toBe("gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/one");
  expect(wantedProvider(access, "local")).toBe("passphrase");
  expect(holdersOf(access, "one").map(({ name }) => name)).toEqual(["ada", "ci"]);
  expect(holdersOf(access, "new").map(({ name }) => name)).toEqual(["ci"]);
});

test("a list that does not hold says each thing that is wrong", () => {
  const [ada, ci] = access.holders;
  if (!ada || !ci) throw new Error("no holders");
  expect(
    accessProblems({ ...access, holders: [ada, { ...ada, stacks: ["gone"] }] }, ["local", "one"]),
  ).toEqual([
    "there is no stack gone; stacks: local, one",
    "holder ada is listed twice",
    "nobody has access to local",
  ]);
});

test.each([
  ["no reason", { holders: [{ ...access.holders[0], reason: "" }] }],
  ["no contact", { holders: [{ ...access.holders[0], contact: undefined }] }],
  ["nobody", { holders: [] }],
  ["an unknown provider", { provider: { default: "plain" } }],
])("%s is refused", (_, change) => {
  expect(accessSchema.safeParse(access).success).toBe(true);
  expect(accessSchema.safeParse({ ...access, ...change }).success).toBe(false);
});
