import { deriveStack, type Stack } from "../../../../model/stack/config";
import { ConfigError } from "../../../../model/stack/configError";
import { mirrorPassword, newMirrorKey, publicMirrorKey } from "../../../../model/member/mirrorKey";
import type { RawConfig } from "../../../../model/schema/rawConfig";
import { stackValues } from "../../../../model/values";

const KEY = "A".repeat(43);
const member = (domain: string, registry: Record<string, unknown>): RawConfig => ({
  role: "member",
  domain,
  cluster: {
    kind: "existing",
    pools: { all: { purpose: "core", count: 1, cpus: 16, memoryGiB: 64, diskGiB: 900 } },
  },
  registry: { kind: "harbor", s3: { bucket: "b", endpoint: "https://s3.example.org" }, ...registry },
});
const derive = (name: string, files: Record<string, RawConfig>): Stack =>
  deriveStack(name, files[name] ?? {}, (other) => files[other], Object.keys(files));

test("both sides come to one mirror from the stack file of the side that pushes", () => {
  const files = {
    a: member("a.example.org", { mirrors: ["b"], mirrorKey: KEY }),
    b: member("b.example.org", { mirrorKey: KEY }),
  };
  expect(derive("a", files).mirrors).toEqual({
    to: [{ stack: "b", publicKey: KEY, url: "https://registry.b.example.org" }],
    from: [],
    waiting: [],
    problems: [],
  });
  expect(derive("b", files).mirrors.from).toEqual([{ stack: "a", publicKey: KEY }]);
  const [there, here] = [stackValues(derive("b", files)), stackValues(derive("a", files))].map(
    (values) =>
      values["harborSetup"] as {
        projects: { robots: { name: string }[] }[];
        mirrors: { username: string }[];
      },
  );
  const robots = there?.projects[0]?.robots.map(({ name }) => `robot$mybinder-builds+${name}`);
  expect(robots).toContain(here?.mirrors[0]?.username);
});

test("a mirror without a key on either side waits, and says which command makes it", () => {
  const files = {
    a: member("a.example.org", { mirrors: ["b"], mirrorKey: KEY }),
    b: member("b.example.org", {}),
  };
  const line = "stack b has no mirror key; create one: npx mybinder registry key --stack b";
  expect(derive("a", files).mirrors).toMatchObject({ to: [], waiting: [line] });
  expect(derive("b", files).mirrors).toMatchObject({ from: [], waiting: [line] });
  const alone = { a: member("a.example.org", {}) };
  expect(derive("a", alone).mirrors.waiting).toEqual([]);
});

test.each([
  [["a"], "found a, which is this stack itself; remove it"],
  [["nobody"], "nobody has no stack file; allowed: a stack with registry.kind harbor"],
  [["c"], "c has no Harbor; allowed: a stack with registry.kind harbor"],
  [["d"], "stack d uses Harbor project other, this stack mybinder-builds; allowed: the same project"],
])("mirrors %j are refused", (mirrors, problem) => {
  const files = {
    a: member("a.example.org", { mirrors }),
    c: { ...member("c.example.org", {}), registry: { kind: "none" } },
    d: member("d.example.org", { project: "other" }),
  };
  const message = (): unknown => derive("a", files);
  expect(message).toThrow(ConfigError);
  expect(message).toThrow(`mybinder:registry.mirrors: ${problem}`);
});

test("a stack that is described wrongly does not stop those that do not push to it", () => {
  const files = {
    a: member("a.example.org", {}),
    broken: { role: "nonsense", registry: { kind: "harbor" } },
  };
  expect(() => derive("a", files)).not.toThrow();
});

describe("a mirror's password", () => {
  const [a, b] = [newMirrorKey(), newMirrorKey()];
  const pair = { pusher: "a", receiver: "b" };

  test("is the same from either side, and another for the other direction and for another stack", () => {
    const password = mirrorPassword(a, publicMirrorKey(b), pair);
    expect(mirrorPassword(b, publicMirrorKey(a), pair)).toBe(password);
    const back = mirrorPassword(a, publicMirrorKey(b), { pusher: "b", receiver: "a" });
    const other = mirrorPassword(newMirrorKey(), publicMirrorKey(b), pair);
    expect(new Set([password, back, other]).size).toBe(3);
  });

  test("is as Harbor wants a robot's: 8 to 128 characters, both cases and a digit", () => {
    expect(mirrorPassword(a, publicMirrorKey(b), pair)).toMatch(/^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[\w-]{46}$/);
  });

  test("a text that is no key is refused without being shown", () => {
    expect(() => publicMirrorKey("hunter2")).toThrow(
      /^a mirror key must have 32 bytes, written in base64url$/,
    );
  });
});
