// The rules of .github/workflows. actionlint, which reads them as GitHub does: test/commands/workflows.test.ts.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../tools/ground/root";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly if?: string;
  readonly "timeout-minutes"?: number;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly strategy?: { readonly "fail-fast"?: boolean; readonly matrix: Readonly<Record<string, unknown>> };
  readonly needs?: string | readonly string[];
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = join(ROOT, ".github", "workflows");
const FILES = readdirSync(FOLDER);
const texts = new Map(FILES.map((file) => [file, readFileSync(join(FOLDER, file), "utf8")]));
const workflows = new Map([...texts].map(([file, text]) => [file, parse(text) as Workflow]));
const jobs = [...workflows].flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ file, name, job, workflow })),
);
/** The condition under which a job of a pull request is not one of a fork. */
const OWN_BRANCH = "github.event.pull_request.head.repo.full_name == github.repository";
const runsForks = ({ workflow, job }: { workflow: Workflow; job: Job }): boolean =>
  "pull_request" in workflow.on && !(job.if ?? "").includes(OWN_BRANCH);
const job = (file: string, name: string): Job => {
  const found = workflows.get(file)?.jobs[name];
  if (!found) throw new Error(`${file} has no job ${name}`);
  return found;
};

test("the workflows are these", () => {
  expect(FILES.sort()).toEqual([
    "check.yml",
    "deploy.yml",
    "docs.yml",
    "drift.yml",
    "e2e.yml",
    "preview-comment.yml",
    "preview.yml",
  ]);
});

test("every action is pinned by its digest, with its version, and each in one version only", () => {
  const lines = [...texts.values()].flatMap((text) => text.match(/uses: .*/g) ?? []);
  expect(lines.filter((line) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual(
    [],
  );
  const distinct = new Set(lines);
  expect(distinct.size).toBe(new Set([...distinct].map((line) => line.split("@")[0])).size);
  expect(distinct.size).toBeGreaterThan(5);
});

test("no job has rights that it does not name, and none may change the repository", () => {
  for (const [file, { permissions }] of workflows) expect([file, permissions]).toEqual([file, {}]);
  const rights = jobs.map(({ file, name, job: { permissions = { unset: "write" } } }) => {
    const { contents, "id-token": login, ...others } = permissions;
    expect([file, name, contents]).toEqual([file, name, "read"]);
    return [`${file} ${name}`, { ...others, ...(login !== undefined && { login }) }] as const;
  });
  expect(Object.fromEntries(rights.filter(([, right]) => Object.keys(right).length > 0))).toEqual({
    "preview.yml pulumi": { login: "write" },
    "preview-comment.yml comment": { actions: "read", issues: "write", "pull-requests": "write" },
    "deploy.yml staging": { login: "write" },
    "deploy.yml canary": { login: "write" },
    "deploy.yml members": { login: "write" },
    "deploy.yml proxy": { login: "write" },
    "deploy.yml stopped": { login: "write" },
    "docs.yml publish": { login: "write", pages: "write" },
    "drift.yml drift": { login: "write" },
    "drift.yml issue": { actions: "read", issues: "write" },
  });
});

test("a fork reaches no secret, no token that writes and no login", () => {
  for (const [file, text] of texts) {
    expect([file, text.match(/\bsecrets\b|pull_request_target|workflow_call/g)]).toEqual([file, null]);
  }
  const forks = jobs.filter(runsForks);
  expect(forks.map(({ file, name }) => `${file} ${name}`).sort()).toEqual([
    "check.yml check",
    "e2e.yml e2e",
    "preview.yml preview",
  ]);
  for (const { job: one } of forks) {
    expect(one.permissions).toEqual({ contents: "read" });
    expect(one.environment).toBeUndefined();
    expect(JSON.stringify(one)).not.toMatch(/token|vars\./);
  }
});

test("what a fork left is never run: the workflow that comments checks out the default branch, and takes no cache", () => {
  const { steps } = job("preview-comment.yml", "comment");
  const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
  expect(checkouts.map((step) => step.with)).toEqual([{ "persist-credentials": false }]);
  expect(steps.some(({ uses }) => uses?.startsWith("actions/cache@"))).toBe(false);
  // nor does a job with a login take a cache, which a pull request may have filled
  for (const { job: one } of jobs.filter(({ job: { permissions } }) =>
    Object.values(permissions ?? {}).includes("write"),
  )) {
    expect(one.steps.filter(({ uses }) => uses?.startsWith("actions/cache@"))).toEqual([]);
  }
});

test("a checkout leaves no token behind", () => {
  for (const { file, job: one } of jobs) {
    for (const step of one.steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))) {
      expect([file, step.with?.["persist-credentials"]]).toEqual([file, false]);
    }
  }
});

test("a job only calls a script of tools/ci, which runs by hand too; nothing is put into its text", () => {
  const runs = jobs.flatMap(({ file, job: one }) =>
    one.steps.flatMap(({ run }) => (run === undefined ? [] : [[file, run]])),
  );
  expect(runs.length).toBeGreaterThan(10);
  for (const [file, run = ""] of runs) {
    expect([file, run]).toEqual([
      file,
      expect.stringMatching(/^tools\/ci\/[a-z0-9-]+( --[a-z]+| [a-z]+| "\$[A-Z_]+[a-z/.]*")*$/),
    ]);
    expect(existsSync(join(ROOT, run.split(" ")[0] ?? ""))).toBe(true);
  }
  const called = new Set(runs.map(([, run = ""]) => run.split(" ")[0]?.replace("tools/ci/", "")));
  expect(readdirSync(join(ROOT, "tools", "ci")).filter((script) => !called.has(script))).toEqual([]);
});

test("every job ends by itself, and a matrix of stacks does not stop at the first failure", () => {
  for (const { file, name, job: one } of jobs) {
    expect([file, name, one["timeout-minutes"]]).toEqual([file, name, expect.any(Number)]);
    if (one.strategy) expect([file, name, one.strategy["fail-fast"]]).toEqual([file, name, false]);
  }
});

describe("deploy.yml", () => {
  const STAGES = ["staging", "canary", "members", "proxy"];

  test("stages follow each other, and one that failed stops those behind it", () => {
    STAGES.forEach((name, index) => {
      const { needs, if: condition } = job("deploy.yml", name);
      expect(needs).toEqual(["plan", ...STAGES.slice(0, index)]);
      expect(condition).toBe(`\${{ !cancelled() && !failure() && needs.plan.outputs.${name} != '[]' }}`);
    });
    expect(job("deploy.yml", "stopped")).toMatchObject({
      needs: ["plan", ...STAGES],
      if: "${{ failure() || cancelled() }}",
    });
  });

  test("its stacks are those of the plan; one deploy of a stack at a time, and none is ended half-way", () => {
    for (const name of STAGES) {
      const { strategy, concurrency } = job("deploy.yml", name);
      expect(strategy?.matrix).toEqual({ stack: `\${{ fromJSON(needs.plan.outputs.${name}) }}` });
      expect(concurrency).toEqual({ group: "deploy-${{ matrix.stack }}", "cancel-in-progress": false });
    }
    expect(job("drift.yml", "drift").concurrency?.group).toBe("deploy-${{ matrix.stack }}");
  });

  test("each is tested live, and the canary is watched", () => {
    const scripts = (name: string): (string | undefined)[] =>
      job("deploy.yml", name).steps.flatMap(({ run }) => (run === undefined ? [] : [run.split(" ")[0]]));
    for (const name of STAGES) {
      const soak = name === "canary" ? ["tools/ci/soak"] : [];
      expect(scripts(name)).toEqual(["tools/ci/deploy", "tools/ci/live", ...soak]);
    }
  });
});
