import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import { EVENTS_SECRET } from "../../model/values/member";
import { ADOPTED_SECRETS, generatedPlaces } from "../../secret/adopted";
import { localLab } from "../../tools/lab/localLab";
import { accessTo, secretData } from "../../tools/operate/adopt/live";
import { down, up } from "../../tools/lab/controlPlane";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { type ClusterAccess, kubectl } from "../../tools/ground/cluster/kubectl";
import { silent, toStderr } from "../../tools/ground/terminal/report";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { formerSecrets, installFormerRelease } from "../support/formerRelease";
import { standInCache } from "../support/program";
import { projectCopy } from "../support/projectCopy";
import { publicKubeconfig } from "../support/publicName";
import { havePulumi } from "../support/pulumi";
import { type Ended, runCommand, runProgram } from "../support/runTool";

/*
 * A release that helm installed by hand, as the former script does, is taken over on the real engine: a member with a
 * Harbor. Does not prove: that Harbor's own chart upgrades (the charts are stand-ins), nor what a machine's state is.
 */

const STACK = "hetzner-2i2c";

(havePulumi() ? describe : describe.skip)("a live release, taken over on the real Pulumi engine", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-adopt-"));
  const env = { ...environment(), state: join(base, "state") };
  const copy = projectCopy();
  const charts = standInCache();
  let access: ClusterAccess;
  let publicly: Awaited<ReturnType<typeof publicKubeconfig>> | undefined;
  /** All that was printed. */
  const said: string[] = [];
  const changes = (): Record<string, string> => ({
    PULUMI_BACKEND_URL: `file://${join(base, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    MYBINDER_STATE: join(base, "state"),
    MYBINDER_CHART_CACHE: charts.folder,
    MYBINDER_HELM: access.helm,
  });
  const listen = async (ended: Promise<Ended>): Promise<Ended> => {
    const { stdout, stderr } = await ended;
    said.push(stdout, stderr);
    return ended;
  };
  const pulumi = (...args: string[]): Promise<Ended> =>
    listen(
      runProgram("pulumi", [...args, "--non-interactive", "--color", "never"], changes(), copy.root).ended,
    );
  const adopt = (...args: string[]): Promise<Ended> =>
    listen(
      runCommand(copy.root, ["adopt", STACK, "--kubeconfig", access.kubeconfig, ...args], changes()).ended,
    );

  beforeAll(async () => {
    const toolchain = await ensureToolchain({ environment: env, report: toStderr });
    mkdirSync(join(base, "backend"));
    const { pools } = loadStackFile(STACK).stack;
    const plane = await up({ name: STACK, pools, environment: env, toolchain, report: silent });
    publicly = await publicKubeconfig(plane.kubeconfig, base);
    access = await accessTo(STACK, publicly.file, silent, localLab);
    await installFormerRelease(access, STACK);
    const { code, stderr } = await pulumi("stack", "init", STACK, "--secrets-provider", "passphrase");
    if (code !== 0) throw new Error(stderr);
  }, 900_000);
  afterAll(async () => {
    publicly?.close();
    await down(STACK, env, silent);
    copy.remove();
    charts.remove();
    rmSync(base, { recursive: true, force: true });
  });

  test("nothing is changed by a look, and the secrets are named, not shown", async () => {
    const { code, stdout } = await adopt("--json");
    expect(code).toBe(0);
    const plan = JSON.parse(stdout) as { secrets: { key: string }[]; missing: string[] };
    expect(plan.missing).toEqual([]);
    expect(plan.secrets.map(({ key }) => key)).toEqual(
      expect.arrayContaining([
        ...Object.keys(generatedPlaces),
        "eventsServiceAccount",
        "registryS3SecretKey",
      ]),
    );
    expect(readFileSync(join(copy.root, `Pulumi.${STACK}.yaml`), "utf8")).not.toContain(ADOPTED_SECRETS);
    expect((await adopt("--check")).stderr).toMatch(/^no earlier state to compare with/);
  });

  test("--yes refuses, before anything is done, what nothing replaces, until each is waived by name with a reason", async () => {
    const refused = await adopt("--yes");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("Nothing was done. Take it over, or waive it by name:");
    expect(refused.stderr).toContain("\n    minesweeper: Helm deletes ConfigMap/minesweeper-src; ");
    expect(readFileSync(join(copy.root, `Pulumi.${STACK}.yaml`), "utf8")).not.toContain(ADOPTED_SECRETS);
    const lost = async (): Promise<string[]> => {
      const { lost } = JSON.parse((await adopt("--json")).stdout) as { lost: { name: string }[] };
      return lost.map(({ name }) => name);
    };
    const names = await lost();
    expect(await adopt("--waive", "nothing-of-that-name", "--reason", "as the test wants it")).toMatchObject({
      code: 2,
    });
    expect(await adopt("--waive", ...names.slice(1), "--reason", "as the test wants it")).toMatchObject({
      code: 0,
    });
    expect(await lost()).toEqual(names.slice(0, 1));
    expect((await adopt("--yes")).code).toBe(2);
    expect(await adopt("--waive", names[0] ?? "", "--reason", "as the test wants it")).toMatchObject({
      code: 0,
    });
    expect(await lost()).toEqual([]);
    expect(readFileSync(join(copy.root, "adopted", `${STACK}.yaml`), "utf8")).toContain("name: minesweeper");
  }, 120_000);

  test("the cluster of another stack, and a backend without the stack, are refused before anything is done", async () => {
    const other = await runCommand(
      copy.root,
      ["adopt", "staging", "--kubeconfig", access.kubeconfig, "--yes"],
      changes(),
    ).ended;
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain("has no release staging in a namespace staging");
    mkdirSync(join(base, "empty"));
    const empty = { ...changes(), PULUMI_BACKEND_URL: `file://${join(base, "empty")}` };
    const yes = ["adopt", STACK, "--kubeconfig", access.kubeconfig, "--yes"];
    const { code, stderr } = await runCommand(copy.root, yes, empty).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(`pulumi stack init ${STACK} --secrets-provider PROVIDER`);
    expect(readFileSync(join(copy.root, `Pulumi.${STACK}.yaml`), "utf8")).not.toContain(ADOPTED_SECRETS);
  }, 60_000);

  test("--yes takes over without a delete or a replacement; again, it has nothing left to do", async () => {
    const first = await adopt("--yes");
    expect({ code: first.code, stderr: first.code === 0 ? "" : first.stderr }).toEqual({
      code: 0,
      stderr: "",
    });
    expect(first.stdout).toContain("; no delete, no replace");
    const second = await adopt("--yes", "--json");
    expect(second.code).toBe(0);
    expect(second.stderr).not.toMatch(/took|import/);
    expect(JSON.parse(second.stdout)).toMatchObject({ lost: [] });
  }, 300_000);

  test("no version of the state that the backend was given has a live secret in clear, and no copy is left", async () => {
    const backend = readdirSync(join(base, "backend"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    expect(backend.some((text) => text.includes("helm.sh/v3:Release"))).toBe(true);
    const all = [...backend, (await pulumi("stack", "export", "--stack", STACK)).stdout].join("\n");
    expect(Object.keys(formerSecrets).filter((key) => all.includes(formerSecrets[key] ?? "none"))).toEqual(
      [],
    );
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("mybinder-adopt-import-"))).toEqual([]);
  }, 60_000);

  test("the first up keeps every object that holds state, and each secret that was taken over", async () => {
    expect(await pulumi("up", "--stack", STACK, "--yes", "--skip-preview")).toMatchObject({ code: 0 });
    expect(await adopt("--check")).toMatchObject({ code: 0 });
    for (const [key, place] of Object.entries(generatedPlaces)) {
      const data = await secretData(access, STACK, place.secret.replace("STACK", STACK));
      expect([key, data.get(place.key)]).toEqual([key, formerSecrets[key]]);
    }
    const binder = [...(await secretData(access, STACK, "binder-secret")).values()].join("\n");
    for (const key of ["buildTokenSecret", "githubClientId", "githubClientSecret", "gitlabPrivateToken"]) {
      expect([key, binder.includes(formerSecrets[key] ?? "none")]).toEqual([key, true]);
    }
    const mail = await secretData(access, STACK, `${STACK}-grafana-env`);
    expect(mail.get("GF_SMTP_PASSWORD")).toBe(formerSecrets["smtpPassword"]);
    const events = await secretData(access, STACK, EVENTS_SECRET);
    expect(events.get("service-account.json")).toBe(formerSecrets["events"]);
    expect((await kubectl(access, ["get", "configmap", "minesweeper-src", "-n", STACK])).code).toBe(1);
    const again = await pulumi("up", "--stack", STACK, "--yes", "--skip-preview");
    expect(again.stdout).toMatch(/Resources:\n +\d+ unchanged\n/);
  }, 300_000);

  test("an object that was deleted and recreated is told from the one before", async () => {
    await kubectl(access, ["delete", "clusterissuer", "letsencrypt-staging"]);
    const { code, stderr } = await adopt("--check");
    expect(code).toBe(1);
    expect(stderr).toContain("ClusterIssuer letsencrypt-staging is gone");
  });

  test("no secret was printed, nor is one in the state or the stack file", async () => {
    const state = (await pulumi("stack", "export", "--stack", STACK)).stdout;
    const file = readFileSync(join(copy.root, `Pulumi.${STACK}.yaml`), "utf8");
    const all = [...said, state, file].join("\n");
    expect(all).toContain("took harbor-admin over from HARBOR_ADMIN_PASSWORD");
    expect(Object.values(formerSecrets).filter((value) => all.includes(value))).toEqual([]);
  });
});
