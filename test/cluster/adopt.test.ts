import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { environment } from "../../model/environment";
import { generatedPlaces } from "../../secret/adopted";
import { accessTo, ask, readLive } from "../../tools/adopt/live";
import { adoptPlan } from "../../tools/adopt/plan";
import { liveSecrets, missingSecrets } from "../../tools/adopt/secrets";
import { identitiesOf, lostSince } from "../../tools/adopt/uids";
import { forgetVolumeNames, namedVolumes } from "../../tools/adopt/volumeNames";
import { down, up } from "../../tools/controlPlane";
import { ensureToolchain } from "../../tools/kube/toolchain";
import { type ClusterAccess, kubectl } from "../../tools/rehearse/kubectl";
import { silent, toStderr } from "../../tools/report";
import { ROOT } from "../../tools/root";
import { loadStackFile } from "../../tools/stacks";
import { formerSecrets, installFormerRelease } from "../support/formerRelease";
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
  const { pools, config } = loadStackFile(STACK).stack;
  let access: ClusterAccess;

  beforeAll(async () => {
    const toolchain = await ensureToolchain({ environment: env, report: toStderr });
    const plane = await up({ name: STACK, pools, environment: env, toolchain, report: silent });
    access = await accessTo(STACK, plane.kubeconfig, silent);
    await installFormerRelease(access, STACK);
  }, 900_000);
  afterAll(async () => {
    await down(STACK, env, silent);
    rmSync(state, { recursive: true, force: true });
  });

  test("has every secret that must not be drawn anew, each in its place", async () => {
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
