import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveName } from "../../charts/archive";
import { certManager } from "../../charts/versions";
import { environment } from "../../environment";
import { type ControlPlane, down, up } from "../../tools/lab/controlPlane";
import { givenSecrets } from "../../secret/given";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { silent, toStderr } from "../../tools/ground/terminal/report";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import golden from "../golden/local.json";
import { canariesIn, canaryOf } from "../support/canaries";
import { standInCache } from "../support/program";
import { projectCopy } from "../support/projectCopy";
import { havePulumi } from "../support/pulumi";
import { type Ended, runProgram } from "../support/runTool";

/*
 * The program on the real engine, with the provider plugins that are there. Pulumi's CLI is in no package registry, so
 * a machine without it skips this file, REQUIRE_REAL or not; the charts are the stand-ins, named explicitly.
 */

/** What the program registers for `local`: all of its golden file, and the stack itself. */
const RESOURCES = golden.length + 1;
const COUNTS: Readonly<Record<string, string>> = {
  creat: "create",
  updat: "update",
  delet: "delete",
  unchanged: "same",
};

(havePulumi() ? describe : describe.skip)("the program on the real Pulumi engine", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-pulumi-"));
  const env = { ...environment(), state: join(base, "state") };
  const copy = projectCopy();
  const charts = standInCache();
  let plane: ControlPlane;
  let helm = "";
  // The access to the cluster is this test's own; every other secret that is given has a canary.
  const canaries = givenSecrets
    .filter((secret) => secret.key !== "kubeconfig" && secret.neededBy(loadStackFile("local").stack.config))
    .map(({ key }) => canaryOf(key, "local"));
  /** All that Pulumi has printed. */
  const said: string[] = [];

  const pulumi = async (
    args: readonly string[],
    changes: Record<string, string> = {},
    input?: string,
  ): Promise<Ended> => {
    const { child, ended } = runProgram(
      "pulumi",
      [...args, "--non-interactive", "--color", "never"],
      {
        PULUMI_BACKEND_URL: `file://${join(base, "backend")}`,
        PULUMI_CONFIG_PASSPHRASE: "local",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        MYBINDER_KUBECONFIG: plane.kubeconfig,
        MYBINDER_CHART_CACHE: charts.folder,
        MYBINDER_HELM: helm,
        ...changes,
      },
      copy.root,
    );
    child.stdin?.end(input);
    const { stdout, stderr } = await ended;
    said.push(stdout, stderr);
    return ended;
  };
  /** Runs an operation and gives the counts of its changes, as its last lines have them. */
  const operate = async (...args: string[]): Promise<Readonly<Record<string, number>>> => {
    const { code, stdout, stderr } = await pulumi([...args, "--stack", "local"]);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${stdout}${stderr}`);
    const resources = stdout.slice(stdout.lastIndexOf("Resources:"));
    const counts = [...resources.matchAll(/(\d+) (?:to )?(creat|updat|delet|replac|unchanged)/g)];
    return Object.fromEntries(counts.map(([, count, what = ""]) => [COUNTS[what] ?? what, Number(count)]));
  };

  beforeAll(async () => {
    const toolchain = await ensureToolchain({ environment: env, report: toStderr });
    helm = toolchain.helm;
    mkdirSync(join(base, "backend"));
    plane = await up({
      name: "local",
      pools: loadStackFile("local").stack.pools,
      environment: env,
      toolchain,
      report: silent,
    });
    const { code, stderr } = await pulumi(["stack", "init", "local", "--secrets-provider", "passphrase"]);
    if (code !== 0) throw new Error(stderr);
    for (const { key, value } of canaries) {
      await pulumi(["config", "set", "--secret", key, "--stack", "local"], {}, value);
    }
  }, 900_000);
  afterAll(async () => {
    await down("local", env, silent);
    copy.remove();
    charts.remove();
    rmSync(base, { recursive: true, force: true });
  });

  test("preview, up, up again without a change, refresh", async () => {
    expect(await operate("preview")).toEqual({ create: RESOURCES });
    expect(await operate("up", "--yes", "--skip-preview")).toEqual({ create: RESOURCES });
    expect(await operate("up", "--yes", "--skip-preview")).toEqual({ same: RESOURCES });
    expect(await operate("refresh", "--yes", "--skip-preview")).toEqual({ same: RESOURCES });
    expect(await operate("preview", "--expect-no-changes")).toEqual({ same: RESOURCES });
  }, 300_000);

  test("an edited template is exactly one update", async () => {
    appendFileSync(
      join(copy.root, "charts/mybinder/templates/priority-classes/priorityclass.yaml"),
      "\n# edited\n",
    );
    expect(await operate("preview")).toEqual({ same: RESOURCES - 1, update: 1 });
    expect(await operate("up", "--yes", "--skip-preview")).toEqual({ same: RESOURCES - 1, update: 1 });
    expect(await operate("up", "--yes", "--skip-preview")).toEqual({ same: RESOURCES });
  }, 300_000);

  test("a kubeconfig with another server name is the same cluster: nothing is replaced", async () => {
    const other = join(base, "other-kubeconfig");
    writeFileSync(other, readFileSync(plane.kubeconfig, "utf8").replace(/mybinder-local/g, "renewed"));
    const { code, stdout } = await pulumi(["preview", "--stack", "local"], { MYBINDER_KUBECONFIG: other });
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/replac|delet|creat/);
  }, 120_000);

  test("no secret, given or drawn, is in the output, and none is in the state unencrypted", async () => {
    const { stdout } = await pulumi(["stack", "export", "--stack", "local"]);
    expect(canaries.length).toBeGreaterThan(4);
    expect(canariesIn(stdout, canaries)).toEqual([]);
    expect(canariesIn(said.join(""), canaries)).toEqual([]);
    const shown = await pulumi(["stack", "export", "--stack", "local", "--show-secrets"]);
    expect(canariesIn(shown.stdout, canaries)).toEqual(canaries.map(({ key }) => key).sort());
    said.length = 0;
    const secrets = [...shown.stdout.matchAll(/"plaintext": "\\"(\w{16,})\\""/g)].map(
      ([, value = ""]) => value,
    );
    expect(secrets.length).toBeGreaterThan(3);
    expect(secrets.filter((secret) => stdout.includes(secret))).toEqual([]);
    const preview = await pulumi(["preview", "--diff", "--stack", "local"]);
    expect(secrets.filter((secret) => `${preview.stdout}${preview.stderr}`.includes(secret))).toEqual([]);
    expect(canariesIn(said.join(""), canaries)).toEqual([]);
  }, 120_000);

  test.each<[string, string[], Record<string, string>, RegExp]>([
    [
      "a missing secret",
      ["bids-ovh"],
      {},
      /stack bids-ovh: 5 secrets are not set\n(.*\n)*\s+npx mybinder secrets set registryS3SecretKey --stack bids-ovh --file FILE/,
    ],
    [
      "a chart that no repository gives",
      ["local"],
      { MYBINDER_CHART_CACHE: "/nonexistent/empty", MYBINDER_HELM: "/bin/false" },
      /is not in \/nonexistent\/empty/,
    ],
    [
      "a kubeconfig that is not there",
      ["local"],
      { MYBINDER_KUBECONFIG: "/nonexistent/kubeconfig" },
      /MYBINDER_KUBECONFIG names a file that cannot be read/,
    ],
  ])(
    "%s is one message without a stack trace, and changes nothing",
    async (_, [stack = ""], changes, message) => {
      if (stack !== "local") await pulumi(["stack", "init", stack, "--secrets-provider", "passphrase"]);
      const { code, stdout } = await pulumi(["preview", "--stack", stack], changes);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(message);
      expect(stdout).not.toMatch(/at .*\.ts:\d+/);
    },
    120_000,
  );

  test("an unknown config key is one message with the keys that are allowed", async () => {
    await pulumi(["config", "set", "--stack", "local", "mybinder:qouta", "7"]);
    const { code, stdout } = await pulumi(["preview", "--stack", "local"]);
    expect(code).not.toBe(0);
    expect(stdout).toMatch(
      /stack local: 1 problem in its configuration[^]*mybinder:qouta: unknown key; allowed here: role, /,
    );
    await pulumi(["config", "rm", "--stack", "local", "mybinder:qouta"]);
  }, 120_000);

  test("a stale override is a warning of the preview, and changes nothing", async () => {
    const file = join(copy.root, "Pulumi.local.yaml");
    const text = readFileSync(file, "utf8");
    const override = "{reason: until the new machine is here, until: '2026-01-31', values: {}}";
    writeFileSync(file, text.replace("config:\n", `config:\n  mybinder:overrides: [${override}]\n`));
    const { code, stdout } = await pulumi(["preview", "--stack", "local", "--expect-no-changes"]);
    writeFileSync(file, text);
    expect(stdout).toMatch(/warning: Pulumi\.local\.yaml, mybinder:overrides\[0\] .*expired on 2026-01-31/);
    expect(code).toBe(0);
  }, 120_000);

  test("a cached chart of another version is refused, with the command that fixes it", async () => {
    const folder = mkdtempSync(join(base, "cache-"));
    for (const file of readdirSync(charts.folder)) {
      copyFileSync(join(charts.folder, file), join(folder, file));
    }
    const [other = ""] = readdirSync(charts.folder).filter((file) => file.startsWith("grafana"));
    copyFileSync(join(charts.folder, other), join(folder, archiveName(certManager)));
    const { code, stdout } = await pulumi(["preview", "--stack", "local"], { MYBINDER_CHART_CACHE: folder });
    expect(code).not.toBe(0);
    expect(stdout).toMatch(
      /is grafana \S+, but cert-manager v1\.20\.2 is pinned\. Remove it and run again: rm /,
    );
  }, 120_000);

  test("destroy leaves nothing but the CRDs of cert-manager, which hold every certificate", async () => {
    expect(await operate("destroy", "--yes", "--skip-preview")).toEqual({ delete: RESOURCES });
    const { stdout } = await runProgram(
      "kubectl",
      ["--kubeconfig", plane.kubeconfig, "get", "namespaces,crds", "--output", "name"],
      {
        PATH: `${join(helm, "..")}:${process.env["PATH"] ?? ""}`,
      },
    ).ended;
    const left = stdout
      .trim()
      .split("\n")
      .filter((name) => !/namespace\/(default|kube-)/.test(name));
    expect(left.map((name) => name.replace(/^.*\//, "")).sort()).toEqual([
      "certificaterequests.cert-manager.io",
      "certificates.cert-manager.io",
      "challenges.acme.cert-manager.io",
      "clusterissuers.cert-manager.io",
      "issuers.cert-manager.io",
      "orders.acme.cert-manager.io",
    ]);
  }, 300_000);
});
