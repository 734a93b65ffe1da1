import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { environment } from "../../environment";
import { generatedPlaces } from "../../secret/adopted";
import { localLab } from "../../tools/lab/localLab";
import { changedByHand } from "../../tools/operate/adopt/byHand";
import { compareRelease } from "../../tools/operate/adopt/compare";
import { accessTo, ask, readLive } from "../../tools/operate/adopt/live";
import type { Comparison } from "../../tools/operate/adopt/losses";
import { adoptPlan } from "../../tools/operate/adopt/plan";
import { liveSecrets, missingSecrets } from "../../tools/operate/adopt/secrets";
import { identitiesOf, lostSince } from "../../tools/operate/adopt/uids";
import { forgetVolumeNames, namedVolumes } from "../../tools/operate/adopt/volumeNames";
import { down, up } from "../../tools/lab/controlPlane";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { type ClusterAccess, kubectl } from "../../tools/ground/cluster/kubectl";
import { silent, toStderr } from "../../tools/ground/terminal/report";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { formerSecrets, installFormerRelease } from "../support/formerRelease";
import { standInCache } from "../support/program";
import { requireReal } from "../support/real";
import { runCommand } from "../support/runTool";

/*
 * A release that helm installed by hand is upgraded to ours by helm, after the steps that a take-over makes in the cluster.
 * Pulumi's part is in test/live/adopt.test.ts.
 */

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;
const STACK = "hetzner-2i2c";

real("a live release of the former script", () => {
  const state = mkdtempSync(join(tmpdir(), "mybinder-former-"));
  const env = { ...environment(), state };
  const { stack } = loadStackFile(STACK);
  const { pools, config } = stack;
  const charts = standInCache();
  let access: ClusterAccess;

  beforeAll(async () => {
    const toolchain = await ensureToolchain({ environment: env, report: toStderr });
    const plane = await up({ name: STACK, pools, environment: env, toolchain, report: silent });
    access = await accessTo(STACK, plane.kubeconfig, silent, localLab);
    await installFormerRelease(access, STACK);
  }, 900_000);
  afterAll(async () => {
    await down(STACK, env, silent);
    charts.remove();
    rmSync(state, { recursive: true, force: true });
  });

  test("has every secret that must not be replaced, each in its place", async () => {
    const found = await liveSecrets(STACK, config, access);
    const values = Object.fromEntries(found.map(({ key, value }) => [key, value]));
    for (const key of Object.keys(generatedPlaces)) {
      expect([key, values[key]]).toEqual([key, formerSecrets[key]]);
    }
    expect(values["registryS3SecretKey"]).toBe(formerSecrets["registryS3SecretKey"]);
    expect(values["eventsServiceAccount"]).toBe(formerSecrets["events"]);
    for (const key of ["buildTokenSecret", "githubClientId", "githubClientSecret", "gitlabPrivateToken"]) {
      expect([key, values[key]]).toEqual([key, formerSecrets[key]]);
    }
    expect(parse(values["grafanaSmtp"] ?? "")).toEqual({
      host: "smtp.example.org:587",
      user: "grafana",
      password: formerSecrets["smtpPassword"],
    });
    expect(found.filter(({ key }) => key === "zulip")).toEqual([]);
    expect(missingSecrets(STACK, config, found)).toEqual([]);
    expect(
      missingSecrets(
        STACK,
        config,
        found.filter(({ key }) => key !== "buildTokenSecret"),
      ),
    ).toEqual([
      expect.stringMatching(
        /^npx mybinder secrets share buildTokenSecret --stack hetzner-2i2c {3}# buildTokenSecret: /,
      ),
    ]);
  });

  test("loses what neither the program nor a secret takes over, each named once, and no value is shown", async () => {
    const live = await readLive(STACK, access);
    const plan = adoptPlan(STACK, true, live);
    const secrets = await liveSecrets(STACK, config, access);
    const bans = parse(secrets.find(({ key }) => key === "bannedSpecs")?.value ?? "") as unknown;
    expect(bans).toEqual({
      GitHubRepoProvider: [`^${formerSecrets["ban"] ?? ""}/.*`],
      GitRepoProvider: [`.*${formerSecrets["ban"] ?? ""}.*`],
    });
    const compare = (found = secrets): Promise<Comparison> =>
      compareRelease({
        stack,
        access,
        plan,
        secrets: found,
        charts: { cache: charts.folder, helm: undefined },
      });
    const { losses, replaced } = await compare();
    expect(losses.map(({ name }) => name).sort()).toEqual([
      "ConfigMap/of-nobody",
      "Pod/former-grafana",
      "binderhub.config.GitHubRepoProvider.own_setting",
      "binderhub.config.LaunchQuota.total_quota",
      "cryptnono.detectors.tcpflowkiller.bannedIpv4ConfigMaps.feed",
      "minesweeper",
      // what the stand-in of the former chart is given its Secrets in
      "secrets",
    ]);
    expect(losses.find(({ name }) => name === "minesweeper")?.what).toMatch(
      /^Helm deletes ConfigMap\/minesweeper-src; .*the program has no rule for its values/,
    );
    expect(replaced.map(({ name }) => name)).toEqual([
      "ConfigMap/pod-logs-config",
      "ConfigMap/static-config",
      "grafana.grafana\\.ini.smtp.enabled",
      "static.ingress.hosts",
    ]);
    const shown = JSON.stringify({ losses, replaced });
    expect(Object.values(formerSecrets).filter((value) => shown.includes(value))).toEqual([]);

    // a ban that Python does not compile cannot be taken over, and is named, not shown
    const wrong = secrets.map((one) =>
      one.key === "bannedSpecs" ? { ...one, value: '{GitRepoProvider: ["*hunter2*"]}' } : one,
    );
    const refused = (await compare(wrong)).losses.find(({ name }) => name === "bannedSpecs");
    expect(refused?.what).toMatch(
      /GitRepoProvider, entry 1, character 1: \* has nothing to repeat; set a better one/,
    );
    expect(refused?.what).not.toContain("hunter2");

    // without the secrets that the program takes over, each of them is lost
    expect((await compare([])).losses.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "binderhub.config.BinderHub.build_token_secret",
        "binderhub.config.GitHubRepoProvider.client_secret",
        "binderhub.config.GitRepoProvider.banned_specs",
        "binderhub.extraEnv.GITLAB_PRIVATE_TOKEN",
      ]),
    );
  }, 120_000);

  test("has a name server that a script changed, which is named too", async () => {
    expect(await changedByHand(access)).toEqual([]);
    const create = [
      "create",
      "configmap",
      "coredns-custom",
      "--namespace",
      "kube-system",
      "--from-literal=a=b",
    ];
    await ask(access, ...create);
    const [loss] = await changedByHand(access);
    expect(loss).toMatchObject({ name: "coredns" });
    expect(loss?.what).toContain("ConfigMap/kube-system/coredns-custom (by kubectl-create)");
    await ask(access, "delete", "configmap", "coredns-custom", "--namespace", "kube-system");
  });

  test("becomes ours, and everything that holds state stays the object that it was", async () => {
    const before = await readLive(STACK, access);
    const plan = adoptPlan(STACK, true, before);
    expect(plan.missing).toEqual([]);
    for (const args of plan.kubectl) await ask(access, ...args);
    expect(await namedVolumes(access, STACK)).toEqual({
      records: [`sh.helm.release.v1.${STACK}.v2`],
      claims: [`${STACK}-grafana`],
    });
    await forgetVolumeNames(access, STACK);
    expect(await namedVolumes(access, STACK)).toBeUndefined();
    const rehearse = ["rehearse", STACK, "--charts", "stand-ins", "--keep"];
    const { code, stdout } = await runCommand(ROOT, rehearse, { MYBINDER_STATE: state }).ended;
    expect({ code, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stdout: "" });
    const identities = identitiesOf(before);
    expect(Object.keys(identities)).toEqual(
      expect.arrayContaining([
        "ClusterIssuer letsencrypt-prod",
        "CustomResourceDefinition issuers.cert-manager.io",
        `PersistentVolumeClaim ${STACK}/hub-db-dir`,
        `Secret ${STACK}/events-archiver-secrets`,
      ]),
    );
    expect(lostSince(identities, identitiesOf(await readLive(STACK, access)))).toEqual([]);
    // what Helm deletes, since ours does not have it: the upgrade was one
    expect((await kubectl(access, ["get", "configmap", "minesweeper-src", "-n", STACK])).code).toBe(1);
    const claim = ["get", "pvc", `${STACK}-grafana`, "-n", STACK, "--output=jsonpath={.status.phase}"];
    expect((await kubectl(access, claim)).stdout).toBe("Bound");
  }, 300_000);
});
