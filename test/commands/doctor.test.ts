import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Diagnosis } from "../../tools/operate/doctor/diagnosis";
import { pathWithout } from "../support/pathWithout";
import { projectCopy } from "../support/projectCopy";
import { type Ended, runCommand } from "../support/runTool";

/* What `mybinder doctor` makes of a machine and of stack files; what it makes of a cluster, test/cluster/doctor shows. */

const stackFile = (stack: string, ...lines: string[]): string =>
  [
    "config:",
    "  pulumi:disable-default-providers: [kubernetes, gcp]",
    "  mybinder:role: member",
    `  mybinder:domain: ${stack}.example.org`,
    "  mybinder:cluster: {kind: k3s, managed: false, machine: {cpus: 8, memoryGiB: 64, diskGiB: 900}}",
    "  mybinder:registry: {kind: none}",
    ...lines,
    "",
  ].join("\n");

const copy = projectCopy({
  "Pulumi.bare.yaml": stackFile("bare"),
  "Pulumi.resting.yaml": stackFile("resting", "  mybinder:lifecycle: paused"),
  "Pulumi.stale.yaml": stackFile(
    "stale",
    "  mybinder:overrides: [{reason: a test of doctor, until: '2020-01-01', values: {federationProxy: {replicas: 3}}}]",
  ),
  "Pulumi.wrong.yaml": stackFile("wrong", "  mybinder:qouta: 7"),
});
const base = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-doctor-")));
const bin = join(base, "bin");

afterAll(() => {
  copy.remove();
  rmSync(base, { recursive: true });
});

const doctor = (args: readonly string[], path = process.env["PATH"] ?? ""): Promise<Ended> =>
  runCommand(copy.root, ["doctor", ...args], {
    PATH: path,
    MYBINDER_STATE: join(base, "state"),
    MYBINDER_CACHE: join(base, "cache"),
    MYBINDER_CHART_CACHE: "",
  }).ended;
const told = ({ stdout }: Ended): Diagnosis => JSON.parse(stdout) as Diagnosis;

test("a machine without programs, with a killed control plane and a wrong stack file: everything else is still said", async () => {
  // on this PATH there is a pulumi that is too old, and nothing else
  mkdirSync(bin);
  writeFileSync(join(bin, "pulumi"), "#!/bin/sh\necho v3.100.0\n");
  chmodSync(join(bin, "pulumi"), 0o755);
  const killed = join(base, "state", "control-planes", "killed");
  mkdirSync(killed, { recursive: true });
  const ended = await doctor(["--json"], bin);
  expect(ended.code).toBe(1);
  const { findings, notChecked } = told(ended);
  const found = (about: string): unknown => findings.find((one) => one.about === about);
  expect(found("pulumi")).toMatchObject({
    level: "problem",
    found: expect.stringMatching(/^v3\.100\.0 is too old; required: >=/) as string,
  });
  expect(found("Go")).toMatchObject({
    level: "problem",
    found: expect.stringMatching(/^Go is not installed; .*not built yet: etcd, /) as string,
  });
  expect(found("haproxy")).toMatchObject({ level: "warning", fix: "apt-get install haproxy" });
  expect(found("control plane killed")).toMatchObject({
    level: "warning",
    fix: "npx mybinder local down --name killed",
  });
  expect(found(`chart cache ${join(base, "cache", "charts")}`)).toMatchObject({ level: "warning" });
  expect(found("Pulumi.wrong.yaml")).toMatchObject({
    level: "problem",
    found: expect.stringContaining("mybinder:qouta: unknown key") as string,
  });
  expect(notChecked.map(({ check }) => check)).toEqual(["secrets", "overrides", "lifecycles", "traffic"]);
  rmSync(join(copy.root, "Pulumi.wrong.yaml"));
});

test("stack files: missing secrets but not of a stack that rests, stale overrides, and the same of one stack alone", async () => {
  const ended = await doctor(["--json"]);
  const { findings, notChecked } = told(ended);
  expect(notChecked).toEqual([]);
  // nobody deploys these from this checkout
  expect(findings.filter(({ found }) => found.includes("bare"))).toEqual([
    {
      level: "warning",
      about: expect.stringMatching(/^\d+ stacks$/) as string,
      found: expect.stringMatching(/^none of their secrets is set, .*: bare, bids-ovh, .*, stale$/) as string,
      fix: "npx mybinder secrets missing STACK",
    },
  ]);
  expect(told(await doctor(["bare", "--json"])).findings).toContainEqual({
    level: "problem",
    about: "Pulumi.bare.yaml",
    found: expect.stringMatching(/^secrets that a preview needs are not set: kubeconfig/) as string,
    fix: "npx mybinder secrets missing bare",
  });
  expect(findings.filter(({ about }) => about.includes("resting"))).toMatchObject([
    { level: "warning", about: "stack resting", found: expect.stringMatching(/^paused /) as string },
  ]);
  const override = 'Pulumi.stale.yaml, mybinder:overrides[0] ("a test of doctor")';
  expect(findings).toContainEqual({
    level: "warning",
    about: override,
    found: expect.stringMatching(/^expired on 2020-01-01/) as string,
    fix: "$EDITOR Pulumi.stale.yaml   # delete it, or extend its until",
  });

  const one = await doctor(["resting"], pathWithout("pulumi", join(base, "without")));
  expect(one).toMatchObject({ code: 1, stderr: "1 problem\n" });
  expect(one.stdout).toMatch(
    /^not checked {2}cluster: no kubeconfig was named\n {13}npx mybinder doctor resting --kubeconfig FILE .*\nwarning {6}stack resting: paused/,
  );
  expect(one.stdout).not.toContain("stale");
});

test.each([
  [["--kubeconfig", "/k"], /--kubeconfig and --local need a stack/],
  [["nowhere"], /^there is no stack nowhere/],
  [["bare", "--kubeconfig", join(base, "nowhere")], /^there is no file \S+\/nowhere\n$/],
  [["bare", "--local"], /^the control plane of bare is stopped/],
])("%s is a wrong call", async (args, message) => {
  const ended = await doctor(args);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toMatch(message);
});
