// Proves: cert-manager's controllers and its real definitions, of the pinned release, take the rendered issuers and the
// Ingresses of a deployed stack, answer HTTP-01 through the real Traefik, and get a certificate for every host from pebble;
// Traefik shows them without a restart, also those of another issuer that replace them. Changed: the issuers' server, and nothing else of them. Not real: the solver's pod,
// since nodes are simulated: the test answers for it with what cert-manager told it; cert-manager's rights, which are an
// administrator's; its webhook, which does not run. Renewal, DNS-01 and failures: dnsCertificates.test.ts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hostClaims } from "../../model/member/hosts";
import { certManagerRelease } from "../../model/stack/releases";
import { kubectl, type KubeObject } from "../../tools/ground/cluster/kubectl";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import {
  certManagerDefinitions,
  type Pebble,
  type RunningConsumer,
  startCertManager,
  startPebble,
} from "../support/acme";
import { apply, solverOf, untilReady } from "../support/certManagerState";
import { NameServer } from "../support/dns";
import { traefikOf } from "../support/ingress";
import { requireConsumers, requireReal } from "../support/real";
import { type Rehearsed, rehearsed } from "../support/rehearsed";
import { SimulatedPods } from "../support/simulatedPods";
import { askHost, type HostAnswer } from "../support/tlsAnswer";
import type { RunningTraefik } from "../support/traefik";

const STACK = "staging";

const here = [
  requireReal("go", "golang-go, 1.26 or later"),
  requireReal("openssl", "openssl"),
  requireConsumers("traefik", "cert-manager", "pebble"),
].every(Boolean);

(here ? describe : describe.skip)("certificates of stack staging", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-acme-"));
  const { stack } = loadStackFile(STACK);
  const { config } = stack;
  const hosts = hostClaims(config)
    .filter(({ what }) => !what.startsWith("the external member"))
    .map(({ host }) => host);
  const { issuer } = config.certificates;
  let pods: SimulatedPods;
  let names: NameServer;
  let clusters: Rehearsed;
  let traefik: RunningTraefik | undefined;
  let pebble: Pebble | undefined;
  let controllers: RunningConsumer | undefined;
  /** Starts cert-manager with a default issuer. */
  let start: (name: string) => RunningConsumer;

  const allReady = (kind: string, wanted: number): Promise<KubeObject[]> =>
    untilReady(clusters, STACK, kind, wanted, () => controllers?.log() ?? "");

  beforeAll(async () => {
    [pods, names] = [await SimulatedPods.start(), await NameServer.start()];
    clusters = await rehearsed([STACK], undefined);
    pods.answer = solverOf(clusters, STACK);
    const replaced = await kubectl(
      clusters.access(STACK),
      ["replace", "--filename=-"],
      await certManagerDefinitions(),
    );
    if (replaced.code !== 0) throw new Error(replaced.stderr);
    traefik = await traefikOf(clusters, STACK, { pods: pods.url, folder });
    const http = traefik.ports["web"] ?? 0;
    const { directory, certificateFile: trust } = (pebble = await startPebble(folder, {
      dns: await names.listenOnTcp(),
      http,
    }));
    for (const { apiVersion, kind, metadata, spec } of await clusters.get(STACK, "clusterissuers")) {
      const acme = { ...(spec?.["acme"] as object), server: directory };
      await apply(clusters, STACK, {
        apiVersion,
        kind,
        metadata: { name: metadata.name },
        spec: { ...spec, acme },
      });
    }
    const { kubeconfig } = clusters.access(STACK);
    const { namespace } = certManagerRelease;
    start = (name) => startCertManager({ folder, kubeconfig, namespace, issuer: name, trust, http });
    controllers = start(issuer);
  }, 1_200_000);
  afterAll(async () => {
    await controllers?.stop();
    await pebble?.stop();
    await traefik?.stop();
    await pods.stop();
    await names.stop();
    await clusters.end();
    rmSync(folder, { recursive: true });
  }, 120_000);

  test("the issuers open an account", async () => {
    expect(await allReady("clusterissuers", 2)).toHaveLength(2);
  }, 660_000);

  test("each Secret that an Ingress names gets a certificate of the default issuer, for the Ingress's hosts", async () => {
    const ingresses = (await clusters.get(STACK, "ingresses")).filter(
      ({ metadata }) => !metadata.name.startsWith("cm-acme-http-solver-"),
    );
    const wanted = ingresses.flatMap(
      ({ spec }) => (spec?.["tls"] ?? []) as { secretName: string; hosts: string[] }[],
    );
    const issued = await allReady("certificates", wanted.length);
    const told = issued.map(({ spec }) => [spec?.["secretName"], spec?.["dnsNames"], spec?.["issuerRef"]]);
    const reference = { group: "cert-manager.io", kind: "ClusterIssuer", name: issuer };
    expect(told.sort()).toEqual(wanted.map((entry) => [entry.secretName, entry.hosts, reference]).sort());
  }, 660_000);

  test("every public host shows a certificate of that authority, and no challenge is left", async () => {
    const trust = [(await pebble?.root()) ?? ""];
    const port = traefik?.ports["websecure"] ?? 0;
    for (const host of hosts) {
      let answer = await askHost({ port, host, trust });
      for (let attempt = 0; !answer.trusted && attempt < 120; attempt++) {
        await sleep(500);
        answer = await askHost({ port, host, trust });
      }
      expect([host, answer.status, answer.trusted]).toEqual([host, 200, true]);
    }
    for (let attempt = 0; attempt < 120; attempt++) {
      if ((await clusters.get(STACK, "challenges")).length === 0) break;
      await sleep(500);
    }
    expect(await clusters.get(STACK, "challenges")).toEqual([]);
  }, 300_000);

  // what `pulumi up` changes after the stack file names another issuer; with one Ingress left, for each certificate takes its time
  test("with another issuer every certificate is replaced, and no host is without one", async () => {
    const trust = [(await pebble?.root()) ?? ""];
    const port = traefik?.ports["websecure"] ?? 0;
    const ingresses = ["delete", "ingress", "--namespace", STACK, "--field-selector"];
    const deleted = await kubectl(clusters.access(STACK), [...ingresses, "metadata.name!=binderhub"]);
    expect(deleted).toMatchObject({ code: 0 });
    const show = (): Promise<HostAnswer[]> =>
      Promise.all(stack.hosts.binder.map((host) => askHost({ port, host, trust })));
    const before = (await show()).map(({ serial }) => serial);
    const other = issuer === "letsencrypt-prod" ? "letsencrypt-staging" : "letsencrypt-prod";
    await controllers?.stop();
    controllers = start(other);
    const trusted: boolean[] = [];
    let left = before;
    for (let attempt = 0; left.length > 0 && attempt < 480; attempt++) {
      await sleep(250);
      const now = await show();
      trusted.push(...now.map((answer) => answer.trusted));
      left = before.filter((serial, index) => now[index]?.serial === serial);
    }
    expect([left, trusted.every(Boolean)]).toEqual([[], true]);
    const issuers = (await clusters.get(STACK, "certificates")).map(({ spec }) => spec?.["issuerRef"]);
    expect(issuers).toEqual(issuers.map(() => expect.objectContaining({ name: other }) as unknown));
  }, 300_000);
});
