import { commentOnRun, type WorkflowRun } from "../../../../../tools/operate/ci/comment";
import { type Drift, hasDrift, reportDrift } from "../../../../../tools/operate/ci/driftIssue";
import type { Repository } from "../../../../../tools/operate/ci/github";
import { type FakeGithub, fakeGithub } from "../../../../support/fakeGithub";

const SHA = "a".repeat(40);
const RUN: WorkflowRun = {
  event: "pull_request",
  head_sha: SHA,
  head_branch: "branch",
  head_repository: { owner: { login: "someone" } },
  html_url: "https://github.com/owner/name/actions/runs/1",
};

let github: FakeGithub;
let repository: Repository;
beforeEach(async () => {
  github = await fakeGithub(SHA);
  repository = { api: github.url, name: "owner/name", token: "TOKEN" };
});
afterEach(() => github.close());

const other = (body: string, login: string): (typeof github.comments)[number] => ({
  ...{ id: github.comments.length + 500, number: 0, body, state: "open", labels: [], user: { login } },
});

describe("the comment of a pull request", () => {
  test("is created once, then updated in place, and left alone when it says the same", async () => {
    for (let index = 0; index < 230; index++) github.comments.push(other("something", "a person"));
    expect(await commentOnRun(repository, RUN, "one")).toEqual({ done: "created", number: 7 });
    expect(await commentOnRun(repository, RUN, "two")).toEqual({ done: "updated", number: 7 });
    expect(await commentOnRun(repository, RUN, "two")).toEqual({ done: "unchanged", number: 7 });
    const ours = github.comments.filter(({ body }) => body.includes("mybinder preview"));
    expect(ours.map(({ body }) => body)).toEqual(["<!-- mybinder preview -->\ntwo"]);
  });

  test("is not one in which somebody else wrote our marker, nor one that quotes it", async () => {
    github.comments.push(other("<!-- mybinder preview -->\nmine", "a person"));
    github.comments.push(other("> <!-- mybinder preview -->\nquoted", "github-actions[bot]"));
    expect(await commentOnRun(repository, RUN, "one")).toMatchObject({ done: "created" });
    expect(github.comments.map(({ body }) => body.split("\n")[1])).toEqual(["mine", "quoted", "one"]);
  });

  test.each([
    [
      "a pull request that has moved on",
      { head_sha: "b".repeat(40) },
      /no open pull request has bbbbbbbbbbbb/,
    ],
    ["a branch without one", { head_branch: "other" }, /no open pull request/],
    ["a run for something else", { event: "push" }, /the run was for push/],
  ])("is not written for %s", async (_, change, why) => {
    expect(await commentOnRun(repository, { ...RUN, ...change }, "one")).toEqual({
      done: "none",
      why: expect.stringMatching(why) as string,
    });
    expect(github.comments).toEqual([]);
  });

  test("fails in words without the token", async () => {
    await expect(commentOnRun({ ...repository, token: "WRONG" }, RUN, "one")).rejects.toThrow(
      /^GET http:\/\/127.0.0.1:\d+\/repos\/owner\/name\/pulls: it answered 401$/,
    );
  });
});

describe("the issue about drift", () => {
  const none: Drift = {
    stack: "prod",
    pulumi: "none",
    output: "",
    live: { stack: "prod", objects: [], restarts: [] },
  };
  const object = {
    change: "removed" as const,
    kind: "ConfigMap",
    namespace: "",
    name: "gone",
    differences: [],
  };
  const drifted: Drift = {
    ...none,
    stack: "staging",
    live: { stack: "staging", objects: [object], restarts: [] },
  };
  const report = (...drifts: Drift[]): Promise<string> => reportDrift(repository, drifts, "https://run");

  test("is opened, updated, closed, and opened again", async () => {
    expect(await report(none)).toBe("no drift, and no issue about it");
    expect(await report(none, drifted)).toBe("opened an issue: drift in staging");
    expect(await report({ ...none, pulumi: "changes", output: "~ it" }, drifted)).toBe(
      "updated issue 100: drift in prod, staging",
    );
    expect(github.issues).toHaveLength(1);
    expect(github.issues[0]?.title).toBe("Drift in prod, staging");
    expect(github.issues[0]?.body).toMatch(
      /^<!-- mybinder drift -->\n[^]*```\n~ it\n```[^]*- ConfigMap gone/,
    );
    expect(await report(none)).toBe("closed issue 100: no drift any more");
    expect(github.issues[0]?.state).toBe("closed");
    expect(await report(drifted)).toBe("opened an issue: drift in staging");
    expect(github.issues).toHaveLength(2);
  });

  test("is about a stack of which nobody knows, too", () => {
    expect(hasDrift(none)).toBe(false);
    expect(hasDrift({ ...none, pulumi: "failed" })).toBe(true);
    expect(hasDrift({ stack: "prod", pulumi: "none", output: "", problem: "no kubeconfig" })).toBe(true);
  });

  test("says where to look when it would be too long", async () => {
    await report({ ...none, pulumi: "failed", output: "x".repeat(70_000) });
    expect(github.issues[0]?.body).toMatch(/^<!-- mybinder drift -->\nToo long to be shown here/);
  });
});
