// Proves: a member as the one at OVH was, under a domain of its own and at a name of another, whose issuer is any ACME server
// with an account that exists there: cert-manager's controllers take the rendered issuer as it is, with the Secrets that the
// program makes, prove a wildcard by DNS-01 through a delegated zone that a real BIND has, and the other name by HTTP-01
// through the real Traefik, which shows each by SNI; they renew by themselves; and what an operator reads when a challenge
// fails, as docs/certificates.md quotes it. Not real: nodes, and the solver's pod, for which the test answers.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { certManagerRelease } from "../../model/stack/releases";
import { givenSecrets } from "../../secret/given";
import { kubectl } from "../../tools/ground/cluster/kubectl";
import { ROOT } from "../../tools/ground/root";
import {
  certManagerDefinitions,
  type Pebble,
  type RunningConsumer,
  startCertManager,
  startPebble,
} from "../support/acme";
import { type Bind, startBind } from "../support/bind";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import type { IssuanceObject } from "../../tools/operate/doctor/cluster/certificateReason";
import type { Finding } from "../../tools/operate/doctor/diagnosis";
import { certificateFindings, ISSUANCE_KINDS } from "../../tools/operate/doctor/cluster/certificates";
import { listOf, targetOf } from "../../tools/operate/doctor/cluster/target";
import { apply, solverOf, untilReady } from "../support/certManagerState";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { traefikOf } from "../support/ingress";
import { requireConsumers, requireReal } from "../support/real";
import { type Rehearsed, rehearsed } from "../support/rehearsed";
import { type Ended, runProgram } from "../support/runTool";
import { SimulatedPods } from "../support/simulatedPods";
import { askHost, type HostAnswer } from "../support/tlsAnswer";
import type { RunningTraefik } from "../support/traefik";

const STACK = "ovh";
/** How long a certificate holds; cert-manager renews after two thirds. */
const SECONDS = 60;
const REFUSED =
  /^not Ready: the challenge for nobody\.mybinder\.org: Error accepting authorization: .*could not resolve/;
const PAGE = readFileSync(join(ROOT, "docs", "certificates.md"), "utf8");
const placeholder = (key: string): string =>
  givenSecrets.find((secret) => secret.key === key)?.placeholder ?? "";

const here = [
  requireReal("go", "golang-go, 1.26 or later"),
  requireReal("openssl", "openssl"),
  requireReal("named", "bind9"),
  requireConsumers("traefik", "cert-manager", "pebble"),
].every(Boolean);

(here ? describe : describe.skip)("certificates of a member with two domains", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-dns-"));
  let pods: SimulatedPods;
  let bind: Bind | undefined;
  let clusters: Rehearsed;
  let traefik: RunningTraefik | undefined;
  let pebble: Pebble | undefined;
  let controllers: RunningConsumer | undefined;
  let trust: string[];

  const stackFile = (dns: number): string => {
    const pool = { purpose: "core", count: 2, cpus: 8, memoryGiB: 16, diskGiB: 100 };
    const config = {
      role: "member",
      domain: "mybinder.ovh",
      hosts: { binder: "binder.mybinder.ovh", binderAliases: ["ovh.mybinder.org"] },
      cluster: { kind: "existing", pools: { all: pool } },
      certificates: {
        issuer: "acme",
        acme: {
          server: pebble?.directory,
          keyId: "kid-1",
          caCertificate: readFileSync(pebble?.certificateFile ?? "", "utf8"),
        },
        dns01: {
          rfc2136: {
            zones: ["mybinder.ovh"],
            nameserver: `127.0.0.1:${String(dns)}`,
            keyName: "acme",
            delegated: true,
          },
        },
        wildcards: ["mybinder.ovh"],
      },
      registry: { kind: "none" },
      binder: { events: false },
      monitoring: { enabled: false },
    };
    const keys = Object.entries(config).map(([key, value]) => [`mybinder:${key}`, value]);
    return stringify({
      config: {
        "pulumi:disable-default-providers": ["kubernetes", "gcp"],
        ...(Object.fromEntries(keys) as object),
      },
    });
  };
  const show = (host: string): Promise<HostAnswer> =>
    askHost({ port: traefik?.ports["websecure"] ?? 0, host, trust });
  const showUntil = async (
    host: string,
    wanted: (answer: HostAnswer) => boolean,
    seconds = 60,
  ): Promise<HostAnswer> => {
    for (let attempt = 0; ; attempt++) {
      const answer = await show(host);
      if (wanted(answer) || attempt === seconds * 2) return answer;
      await sleep(500);
    }
  };
  /** What the challenge of a name says, once it says this; else what it says after a minute. */
  const reason = async (name: string, wanted: RegExp): Promise<string> => {
    for (let attempt = 0; ; attempt++) {
      const challenges = await clusters.get(STACK, "challenges");
      const of = challenges.find(({ spec }) => spec?.["dnsName"] === name);
      const words = typeof of?.status?.["reason"] === "string" ? of.status["reason"] : "";
      if (wanted.test(words) || attempt === 60) return words;
      await sleep(1_000);
    }
  };
  const request = (name: string, dnsName: string): Promise<void> =>
    apply(clusters, STACK, {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name, namespace: STACK },
      spec: {
        secretName: name,
        dnsNames: [dnsName],
        issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "acme" },
      },
    });

  /** Runs the command of docs/certificates.md that has this word, for a certificate. */
  const byPage = (word: string, certificate: string): Promise<Ended> => {
    const line = PAGE.split("\n").find((one) => one.startsWith("kubectl patch") && one.includes(word));
    const command = (line ?? "false").replace("kubelego-tls-hub", certificate).replace("STACK", STACK);
    const { kubectl: program, kubeconfig } = clusters.access(STACK);
    const env = { KUBECONFIG: kubeconfig, PATH: [join(program, ".."), process.env["PATH"] ?? ""].join(":") };
    return runProgram("bash", ["-c", command], env).ended;
  };

  beforeAll(async () => {
    const key = { name: "acme", secret: placeholder("rfc2136Key") };
    const [web, websecure] = [await freePort(), await freePort()];
    bind = await startBind(folder, {
      zones: {
        // the zone of the domain takes no updates: OVH's interface for that is none that cert-manager has
        "mybinder.ovh": [
          "@ A 127.0.0.1",
          "* A 127.0.0.1",
          "_acme-challenge CNAME ovh.challenges.example.org.",
        ],
        "mybinder.org": ["ovh CNAME binder.mybinder.ovh."],
        "challenges.example.org": [],
      },
      dynamic: ["challenges.example.org"],
      key,
    });
    pebble = await startPebble(folder, {
      dns: bind.port,
      http: web,
      accounts: { "kid-1": placeholder("acmeBindingKey") },
      seconds: SECONDS,
    });
    trust = [await pebble.root()];
    pods = await SimulatedPods.start();
    clusters = await rehearsed([STACK], undefined, { [`Pulumi.${STACK}.yaml`]: stackFile(bind.port) });
    pods.answer = solverOf(clusters, STACK);
    const definitions = await certManagerDefinitions();
    const replaced = await kubectl(clusters.access(STACK), ["replace", "--filename=-"], definitions);
    if (replaced.code !== 0) throw new Error(replaced.stderr);
    traefik = await traefikOf(clusters, STACK, { pods: pods.url, folder, ports: { web, websecure } });
    const { kubeconfig } = clusters.access(STACK);
    const { namespace } = certManagerRelease;
    const ports = { http: web, dns: bind.port };
    controllers = startCertManager({ folder, kubeconfig, namespace, issuer: "acme", ...ports });
  }, 1_200_000);
  afterAll(async () => {
    for (const one of [controllers, pebble, bind, traefik]) await one?.stop();
    await pods.stop();
    await clusters.end();
    rmSync(folder, { recursive: true });
  }, 120_000);

  const log = (): string => controllers?.log() ?? "";

  test("the other domain is proven by HTTP-01, renewed when that is asked for, and renewed by itself: Traefik shows each without a restart", async () => {
    const host = "ovh.mybinder.org";
    const first = await showUntil(host, ({ trusted }) => trusted, 300);
    expect([first.status, first.trusted, first.names]).toEqual([200, true, [host]]);
    // no answer may lack the certificate while it is renewed
    const shown: boolean[] = [];
    expect(await byPage("Issuing", "kubelego-tls-binder-ovh-ovh.mybinder.org")).toMatchObject({ code: 0 });
    const asked = await showUntil(host, ({ trusted, serial }) => {
      shown.push(trusted);
      return serial !== first.serial;
    });
    expect([shown.every(Boolean), asked.serial === first.serial]).toEqual([true, false]);
    const { serial: last } = asked;
    const second = await showUntil(host, ({ serial }) => serial !== last, 3 * SECONDS);
    expect([second.trusted, second.names, second.serial === last]).toEqual([true, [host], false]);
  }, 600_000);

  test("the wildcard is proven by DNS-01 through the delegated zone", async () => {
    const issued = await untilReady(clusters, STACK, "certificates", 2, log);
    const told = issued.map(({ spec }) => [spec?.["secretName"], spec?.["dnsNames"]]);
    expect(told.sort()).toEqual([
      ["kubelego-tls-binder-ovh-ovh.mybinder.org", ["ovh.mybinder.org"]],
      ["wildcard-mybinder.ovh", ["*.mybinder.ovh"]],
    ]);
    const updates = bind?.log() ?? "";
    expect(updates).toMatch(/updating zone 'challenges.example.org\/IN': adding an RR at 'ovh\.challenges/);
    expect(updates).not.toContain("denied");
  }, 660_000);

  test("each host shows its own domain's certificate by SNI", async () => {
    for (const [host, name] of [
      ["binder.mybinder.ovh", "*.mybinder.ovh"],
      ["hub.mybinder.ovh", "*.mybinder.ovh"],
      ["static.mybinder.ovh", "*.mybinder.ovh"],
      ["ovh.mybinder.org", "ovh.mybinder.org"],
    ] satisfies [string, string][]) {
      const answer = await showUntil(host, ({ trusted }) => trusted);
      expect([host, answer.status, answer.trusted, answer.names]).toEqual([host, 200, true, [name]]);
    }
  }, 120_000);

  test("what the authority refused is said by doctor, waits for an hour, and is tried again by the command of the page", async () => {
    const name = "refused";
    await request(name, "nobody.mybinder.org");
    const attempts = async (wanted: number): Promise<Finding | undefined> => {
      const target = targetOf(loadStackFile("staging").stack, clusters.access(STACK));
      for (let attempt = 0; attempt < 120; attempt++) {
        const objects = await listOf<IssuanceObject>(target, ISSUANCE_KINDS, "--namespace", STACK);
        const failed = objects.find(({ kind, metadata }) => kind === "Certificate" && metadata.name === name);
        if (failed?.status?.["failedIssuanceAttempts"] === wanted) {
          const findings = certificateFindings(target, objects, new Date());
          const finding = findings.find(({ about }) => about === `certificate ${STACK}/${name}`);
          if (REFUSED.test(finding?.found ?? "")) return finding;
        }
        await sleep(500);
      }
      return undefined;
    };
    const first = await attempts(1);
    expect(first).toBeDefined();
    expect(first?.fix).toContain(`patch certificate ${name} --namespace ${STACK} `);
    expect(await byPage("lastFailureTime", name)).toMatchObject({ code: 0 });
    expect(await attempts(2)).toBeDefined();
  }, 180_000);

  test("a wrong key of the zone, and a name that leads elsewhere, are said in the challenge", async () => {
    await apply(clusters, STACK, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "dns01-rfc2136", namespace: certManagerRelease.namespace },
      stringData: { credential: Buffer.alloc(32).toString("base64") },
    });
    pods.answer = () => Promise.resolve("Binder not found");
    // cert-manager proves a name once at a time, and may renew the wildcard by now
    await request("wrong-key", "wrong.mybinder.ovh");
    await request("elsewhere", "elsewhere.example.org");
    const wrongKey = await reason("wrong.mybinder.ovh", /update failed|bad/);
    const elsewhere = await reason("elsewhere.example.org", /did not get expected/);
    // cert-manager may be at its clean-up by then, which the server refuses in the same words
    expect(PAGE).toContain(`\`${wrongKey.replace(/^Error cleaning up challenge: /, "")}\``);
    expect(PAGE).toContain(`\`${elsewhere.replace(/expected "[^"]+"/, 'expected "KEY"')}\``);
  }, 180_000);
});
