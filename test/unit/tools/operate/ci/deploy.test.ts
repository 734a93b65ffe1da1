import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plannedStacks } from "../../../../../tools/commands/ci/plan";
import { annotated } from "../../../../../tools/operate/ci/annotation";
import { chartVersions } from "../../../../../tools/operate/ci/charts";
import { deployedStates, deployedText } from "../../../../../tools/operate/ci/deployed";
import { deployPlan, type PlannedStack } from "../../../../../tools/operate/ci/plan";
import { soak } from "../../../../../tools/operate/ci/soak";
import { jsonServer } from "../../../../support/jsonServer";

describe("deployPlan", () => {
  const stack = (name: string, change: Partial<PlannedStack> = {}): PlannedStack => ({
    ...{ stack: name, role: "member", lifecycle: "active", existing: false, weight: 10 },
    ...change,
  });

  test("the member with the smallest weight that gets launches is the canary", () => {
    const stacks = [
      stack("big", { weight: 50 }),
      stack("idle", { weight: 0 }),
      stack("small"),
      stack("web", { role: "proxy" }),
      stack("try", { role: "both" }),
    ];
    expect(deployPlan(stacks)).toEqual({
      ...{ staging: ["try"], canary: ["small"], members: ["big", "idle"], proxy: ["web"] },
      all: ["big", "idle", "small", "web", "try"],
    });
  });

  test("a paused stack, and one on the cluster of whoever runs it, are deployed by nobody", () => {
    const stacks = [
      stack("a", { lifecycle: "paused" }),
      stack("b", { existing: true, role: "both" }),
      stack("c", { lifecycle: "draining" }),
    ];
    expect(deployPlan(stacks).all).toEqual(["c"]);
  });

  test("of some stacks, in the same order", () => {
    expect(deployPlan([stack("a"), stack("b"), stack("p", { role: "proxy" })], ["p", "b"])).toMatchObject({
      staging: [],
      canary: ["b"],
      members: [],
      proxy: ["p"],
    });
  });

  test("of this repository's stack files, each is in one stage, local in none", () => {
    const { all, ...stages } = deployPlan(plannedStacks());
    expect(Object.values(stages).flat().sort()).toEqual([...all].sort());
    expect(stages).toMatchObject({ staging: ["staging"], proxy: ["prod"] });
    expect(all).not.toContain("local");
  });
});

describe("soak", () => {
  /** A Prometheus with launches a minute since the deploy, and those of the day before. */
  const prometheus = (
    now: { success: number; failure: number },
    before = { success: 950, failure: 50 },
  ): ReturnType<typeof jsonServer> =>
    jsonServer(({ path }) => {
      const query = new URL(path, "http://x").searchParams.get("query") ?? "";
      const [, status = "", minutes = "0"] = /status="(\w+)"\}\[(\d+)m\]/.exec(query) ?? [];
      const key = status as keyof typeof now;
      const value = minutes === "1440" ? before[key] : now[key] * Number(minutes);
      return { status: "success", data: { result: [{ value: [0, String(value)] }] } };
    });
  const watch = async (server: Awaited<ReturnType<typeof jsonServer>>): Promise<[string, number]> => {
    const lines: string[] = [];
    const gate = { prometheus: server.url, minutes: 5, leastLaunches: 20, tolerance: 0.05 };
    try {
      const saw = await soak(
        gate,
        (line) => lines.push(line),
        () => Promise.resolve(),
      );
      return [saw, lines.length - 1];
    } catch (error) {
      return [(error as Error).message, lines.length - 1];
    } finally {
      await server.close();
    }
  };

  test("passes a member whose launches succeed as the day before, after the time", async () => {
    expect(await watch(await prometheus({ success: 9, failure: 1 }))).toEqual([
      "90.0 % of 50 launches succeeded in 5 minutes",
      5,
    ]);
  });

  test("stops at once when too many fail, as soon as there are enough to say", async () => {
    expect(await watch(await prometheus({ success: 8, failure: 2 }))).toEqual([
      "launches fail: 80.0 % of 20 launches succeeded since the deploy, but 90.0 % must succeed",
      2,
    ]);
  });

  test("waits twice as long for launches, and then does not pass", async () => {
    expect(await watch(await prometheus({ success: 3, failure: 0 }))).toEqual([
      "100.0 % of 21 launches succeeded in 7 minutes",
      7,
    ]);
    expect(await watch(await prometheus({ success: 1, failure: 0 }))).toEqual([
      expect.stringMatching(
        /^too few launches to judge by: 100.0 % of 10 launches succeeded in 10 minutes, but 20 are needed/,
      ),
      10,
    ]);
  });

  test("does not pass when Prometheus says nothing", async () => {
    const [said] = await watch(await jsonServer(() => ({ status: "error" })));
    expect(said).toMatch(/answers what Prometheus would not$/);
  });
});

describe("annotated", () => {
  const about = { stack: "staging", commit: "0123456789abcdef", now: () => new Date(5000) };
  const grafana = (): ReturnType<typeof jsonServer> =>
    jsonServer(({ method }) => (method === "POST" ? { id: 3 } : {}));

  test("marks the start and the end, with how it went", async () => {
    const server = await grafana();
    const place = { url: server.url, token: "T" };
    expect(
      await annotated(
        place,
        about,
        () => undefined,
        () => Promise.resolve(1),
      ),
    ).toBe(1);
    await expect(
      annotated(
        place,
        about,
        () => undefined,
        () => Promise.reject(new Error("no")),
      ),
    ).rejects.toThrow("no");
    await server.close();
    expect(
      server.received.map(({ method, path, body, authorization }) => [
        method,
        path,
        (body as { text: string }).text,
        authorization,
      ]),
    ).toEqual([
      ["POST", "/api/annotations", "deploy of staging, commit 0123456789ab: started", "Bearer T"],
      ["PATCH", "/api/annotations/3", "deploy of staging, commit 0123456789ab: done", "Bearer T"],
      ["POST", "/api/annotations", "deploy of staging, commit 0123456789ab: started", "Bearer T"],
      ["PATCH", "/api/annotations/3", "deploy of staging, commit 0123456789ab: FAILED", "Bearer T"],
    ]);
  });

  test("a Grafana that refuses, or none, stops no deploy, and is reported without the token", async () => {
    const server = await jsonServer(() => 403);
    const lines: string[] = [];
    const done = (): Promise<string> => Promise.resolve("deployed");
    expect(
      await annotated({ url: server.url, token: "CANARY" }, about, (line) => lines.push(line), done),
    ).toBe("deployed");
    expect(
      await annotated({ url: server.url, token: undefined }, about, (line) => lines.push(line), done),
    ).toBe("deployed");
    await server.close();
    expect(lines).toEqual([
      expect.stringMatching(/^no annotation in Grafana: POST http.*: it answered 403$/),
      "no annotation in Grafana: GRAFANA_TOKEN is not set",
    ]);
  });
});

test("what is deployed where, and the commands that take a commit back", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-pulumi-"));
  const pulumi = join(folder, "pulumi");
  const history = (result: string, head: string): string =>
    JSON.stringify([
      { kind: "refresh", startTime: "2026-11-26", result: "succeeded" },
      { kind: "update", startTime: "2026-11-25", result, environment: { "git.head": head } },
    ]);
  writeFileSync(
    pulumi,
    `#!/bin/sh\ncase "$4" in\n  new) echo '${history("failed", "c".repeat(40))}' ;;\n  old) echo '${history("succeeded", "d".repeat(40))}' ;;\n  never) echo '[]' ;;\n  *) exit 1 ;;\nesac\n`,
  );
  chmodSync(pulumi, 0o755);
  const text = deployedText(await deployedStates(["new", "old", "never", "broken"], pulumi), "c".repeat(40));
  rmSync(folder, { recursive: true });
  expect(text.split("\n")).toEqual([
    "stack   deployed      result                                  since",
    "new     this commit   failed                                  2026-11-25",
    "old     dddddddddddd  succeeded                               2026-11-25",
    "never   -             never deployed",
    "broken  -             not known: pulumi stack history failed",
    "",
    "To revert, the stack that serves the most first:",
    "  npx mybinder revert new --kubeconfig FILE",
    "then, so that the next deploy does not bring it again: git revert cccccccccccc",
    "",
  ]);
});

test("versions of charts are read from both files that pin them", () => {
  const chartYaml = "dependencies:\n  - {name: grafana, version: 1.0.0, repository: x}\n";
  const versions =
    'export const certManager = {\n  name: "cert-manager",\n  version: "v1.2.3",\n  repository: "oci://x",\n};';
  expect([...chartVersions(chartYaml, versions)]).toEqual([
    ["grafana", "1.0.0"],
    ["cert-manager", "v1.2.3"],
  ]);
  expect([...chartVersions("", "")]).toEqual([]);
});
