// The commands behind tools/ci/, as a workflow starts them: with imitations of GitHub, Grafana and Pulumi.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../tools/ground/root";
import { fakeGithub } from "../support/fakeGithub";
import { jsonServer } from "../support/jsonServer";
import { type Ended, runCommand } from "../support/runTool";

const SHA = "a".repeat(40);
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "mybinder-ci-"))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};
const ci = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> =>
  runCommand(ROOT, ["ci", ...args], env).ended;
/** A `pulumi` that prints its arguments and ends with this code. */
const pulumi = (code: number, says = ""): Readonly<Record<string, string>> => {
  mkdirSync(join(folder, "bin"), { recursive: true });
  const program = join(folder, "bin", "pulumi");
  writeFileSync(
    program,
    `#!/bin/sh\necho "pulumi $*"\n[ -n "${says}" ] && echo "${says}" >&2\nexit ${String(code)}\n`,
  );
  chmodSync(program, 0o755);
  return { PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}` };
};

test("a plan becomes the outputs of a step", async () => {
  const output = join(folder, "output");
  const { code, stdout } = await ci(["plan", "prod", "staging"], { GITHUB_OUTPUT: output });
  expect([code, stdout.split("\n")[0]]).toEqual([0, "staging  staging"]);
  expect(readFileSync(output, "utf8")).toBe(
    'staging=["staging"]\ncanary=[]\nmembers=[]\nproxy=["prod"]\nall=["prod","staging"]\n',
  );
  expect(await ci(["plan", "nowhere; rm -rf /"], {})).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("there is no stack nowhere; rm -rf /") as string,
  });
});

test("a comment is written for the pull request of the event, from a preview that is only data", async () => {
  const github = await fakeGithub(SHA);
  const run = {
    ...{
      event: "pull_request",
      head_sha: SHA,
      head_branch: "branch",
      html_url: "https://github.com/owner/name/actions/runs/1",
    },
    head_repository: { owner: { login: "someone" } },
  };
  const env = {
    ...{ GITHUB_API_URL: github.url, GITHUB_REPOSITORY: "owner/name", GITHUB_TOKEN: "TOKEN" },
    GITHUB_EVENT_PATH: file("event.json", { workflow_run: run }),
  };
  const diff = { left: "base", right: "head", stacks: [{ stack: "prod", objects: [], restarts: [] }] };
  const good = file("good.json", { diff, rehearsals: [], charts: [] });
  expect(await ci(["comment", "--preview", good], env)).toMatchObject({
    code: 0,
    stdout: "created the comment on #7\n",
  });
  expect(github.comments[0]?.body).toContain("| prod | no change |  |");
  // of another shape: shown is that it cannot be read, and nothing of it
  const hostile = file("hostile.json", { diff, rehearsals: [], charts: [], number: 1, body: "HOSTILE" });
  for (const preview of [hostile, file("broken.json", "{"), join(folder, "missing.json")]) {
    expect(await ci(["comment", "--preview", preview], env)).toMatchObject({ code: 0 });
    expect(github.comments.map(({ body }) => body)).toEqual([
      "<!-- mybinder preview -->\nThe preview of this change cannot be read. [Its run](https://github.com/owner/name/actions/runs/1) says more.\n",
    ]);
  }
  const refused = await ci(["comment", "--preview", good], { ...env, GITHUB_TOKEN: "WRONG" });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/it answered 401/);
  expect(refused.stderr).not.toContain("WRONG");
  await github.close();
});

test("a deploy is Pulumi's, between the marks in Grafana; one that fails says what to look at", async () => {
  const grafana = await jsonServer(() => ({ id: 1 }));
  const args = ["deploy", "staging", "--grafana", grafana.url];
  const env = { GRAFANA_TOKEN: "CANARY", GITHUB_SHA: SHA };
  const good = await ci(args, { ...env, ...pulumi(0) });
  expect(good).toMatchObject({
    code: 0,
    stdout: "pulumi up --stack staging --yes --skip-preview --non-interactive\n",
  });
  const bad = await ci(args, { ...env, ...pulumi(255) });
  expect([bad.code, bad.stderr]).toEqual([
    1,
    expect.stringContaining("pulumi up of staging ended with 255") as string,
  ]);
  expect(JSON.stringify([good, bad])).not.toContain("CANARY");
  await grafana.close();
  expect(grafana.received.map(({ method, body }) => `${method} ${(body as { text: string }).text}`)).toEqual([
    `POST deploy of staging, commit ${SHA.slice(0, 12)}: started`,
    `PATCH deploy of staging, commit ${SHA.slice(0, 12)}: done`,
    `POST deploy of staging, commit ${SHA.slice(0, 12)}: started`,
    `PATCH deploy of staging, commit ${SHA.slice(0, 12)}: FAILED`,
  ]);
});

test("drift is written for the job that reports it, which needs some to report", async () => {
  const github = await fakeGithub(SHA);
  const results = join(folder, "results");
  const env = { GITHUB_API_URL: github.url, GITHUB_REPOSITORY: "owner/name", GITHUB_TOKEN: "TOKEN" };
  expect(await ci(["drift-issue", "--results", results], env)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("no stack was looked at") as string,
  });
  const changes = pulumi(1, "error: no changes were expected but changes were proposed");
  expect(await ci(["drift", "prod", "--out", results], changes)).toMatchObject({
    code: 0,
    stdout: "prod: DRIFT\n  not compared with its cluster: no kubeconfig was named\n",
  });
  expect(JSON.parse(readFileSync(join(results, "drift-prod.json"), "utf8"))).toMatchObject({
    stack: "prod",
    pulumi: "changes",
  });
  expect((await ci(["drift-issue", "--results", results], env)).stdout).toBe(
    "opened an issue: drift in prod\n",
  );
  await github.close();
});
