import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diagnose } from "../../../../../tools/operate/doctor/diagnosis";
import { changedAt, lifecycleFinding } from "../../../../../tools/operate/doctor/lifecycles";
import { endlessTraffic, repositoryChecks } from "../../../../../tools/operate/doctor/repository";

jest.mock("../../../../../tools/ground/stackFile/stacks", () => {
  const actual = jest.requireActual<{ loadStackFile: (name: string, changes?: object) => unknown }>(
    "../../../../../tools/ground/stackFile/stacks",
  );
  const boost = { repositories: "^o/r/.*", quota: 300, until: "2026-11-30", reason: "a course in autumn" };
  return {
    ...actual,
    // no stack of the repository has a boost
    loadStackFile: (name: string, changes?: object) =>
      actual.loadStackFile(name, name === "bids-ovh" ? { ...changes, boosts: [boost] } : changes),
  };
});

const NOW = new Date("2026-11-24T12:00:00Z");

test("the stack files of the repository: every check is made, and nothing but missing secrets is found", async () => {
  const { checked, findings, notChecked } = await diagnose(repositoryChecks(["local", "prod"], NOW));
  expect(notChecked).toEqual([]);
  expect(checked).toEqual(["stack files", "secrets", "overrides", "lifecycles", "traffic"]);
  // what the stacks of the repository lack is their operators' business
  expect(findings.filter(({ found }) => !found.startsWith("none of their secrets is set"))).toEqual([]);
});

test("a stack that is not there is a problem, and what could not be looked at is said", async () => {
  const checks = repositoryChecks(["nowhere"], NOW).filter(({ name }) => name !== "secrets");
  const { findings, notChecked } = await diagnose(checks);
  expect(findings).toMatchObject([{ level: "problem", about: "Pulumi.nowhere.yaml" }]);
  expect(notChecked.map(({ check }) => check)).toEqual(["overrides", "traffic"]);
});

test("a boost that ends soon is named, with its key, its reason and what to do", async () => {
  const checks = repositoryChecks(["bids-ovh"], NOW).filter(({ name }) => name === "overrides");
  expect((await diagnose(checks)).findings).toEqual([
    {
      level: "warning",
      about: 'Pulumi.bids-ovh.yaml, mybinder:boosts[0] ("a course in autumn")',
      found: "ends on 2026-11-30: deploy after that day, or extend `until`",
      fix: "pulumi up --stack bids-ovh",
    },
  ]);
});

test("a stack that rests is named, with how long", () => {
  expect(lifecycleFinding("bids-ovh", "paused", new Date("2026-11-14T12:00:00Z"), NOW)).toEqual({
    level: "warning",
    about: "stack bids-ovh",
    found: "paused for 10 d",
    fix: "npx mybinder members lifecycle bids-ovh active   # or gone",
  });
  expect(lifecycleFinding("bids-ovh", "draining", undefined, NOW).found).toMatch(
    /^draining since an unknown time: /,
  );
});

test("git says since when, unless the file is changed or nobody committed it", async () => {
  const root = mkdtempSync(join(tmpdir(), "mybinder-git-"));
  const write = (text: string): void => {
    writeFileSync(join(root, "Pulumi.x.yaml"), text);
  };
  const commit = (day: string): void => {
    const date = `2026-11-${day}T00:00:00Z`;
    const env = { ...process.env, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date };
    execFileSync("git", ["-C", root, "add", "."]);
    const author = ["-c", "user.name=n", "-c", "user.email=n@example.org"];
    execFileSync("git", ["-C", root, ...author, "commit", "--quiet", "--message", day], { env });
  };
  try {
    write("config:\n  mybinder:role: member\n");
    expect(await changedAt(root, "x")).toBeUndefined();
    execFileSync("git", ["-C", root, "init", "--quiet"]);
    commit("01");
    write("config:\n  mybinder:role: member\n  mybinder:lifecycle: draining\n");
    expect(await changedAt(root, "x")).toBeUndefined();
    commit("02");
    write("config:\n  mybinder:role: member\n  mybinder:lifecycle: draining\n  mybinder:sponsor: S\n");
    commit("03");
    expect(await changedAt(root, "x")).toEqual(new Date("2026-11-02T00:00:00Z"));
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("traffic that differs until somebody takes it back is named; what ends by itself is not", () => {
  const table = {
    a: { drain: true, reason: "disk" },
    b: { weight: 5 },
    c: { drain: true, until: "2026-11-25T00:00:00Z" },
  } as const;
  expect(endlessTraffic("prod", table, NOW)).toEqual([
    {
      level: "warning",
      about: "member a",
      found: "is drained with no end time, because: disk",
      fix: "npx mybinder traffic undrain a --stack prod",
    },
    {
      level: "warning",
      about: "member b",
      found: "has weight 5 instead of its own with no end time",
      fix: "npx mybinder traffic undrain b --stack prod",
    },
  ]);
});
