// Proves: the real Traefik, with the arguments, middlewares and rights that the chart gives it, reads the Ingresses of a
// deployed stack from a real API server and leads every public host to the workload that is meant, with that host's
// certificate, and HTTP to HTTPS but for ACME challenges. Long times are shortened: what is held 600 s is a rendered value.
// Nodes are simulated, so pods are answered for by the test, by address; that a pod of the name listens there is the
// chart's word. Arguments of stand-ins are those of the chart for the values that we set; with the charts, its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hostClaims } from "../../model/member/hosts";
import { kubectl } from "../../tools/ground/cluster/kubectl";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { clientFindings } from "../../tools/operate/doctor/cluster/clients";
import { targetOf } from "../../tools/operate/doctor/cluster/target";
import { run } from "../../tools/ground/terminal/run";
import { chartFolders } from "../support/chartFolders";
import { ask } from "../support/haproxy";
import { traefikOf, workloads } from "../support/ingress";
import { publicRoutes } from "../../model/member/routes";
import { requireConsumers, requireReal } from "../support/real";
import { type Rehearsed, rehearsed } from "../support/rehearsed";
import { type Reached, SimulatedPods } from "../support/simulatedPods";
import {
  askHost,
  firstWords,
  type HostAnswer,
  type HostQuestion,
  keyPairFor,
  upgrade,
} from "../support/tlsAnswer";
import { inHalves, listenTo, postOverHttp2 } from "../support/tlsTransfers";
import type { RunningTraefik } from "../support/traefik";

/** A member with a proxy, a proxy alone, a member with Harbor, and one without TLS. */
const STACKS = ["staging", "prod", "hetzner-2i2c", "local"];

/** The limit of the hub's hosts. Source: model/member/routes.ts */
const HUB_LIMIT = 64_000_000;

const here = [requireReal("openssl", "openssl"), requireConsumers("traefik")].every(Boolean);

(here ? describe : describe.skip).each(chartFolders())("deployed with %s", (_, charts) => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-ingress-"));
  const running = new Map<string, RunningTraefik>();
  const trust: string[] = [];
  let clusters: Rehearsed;
  let pods: SimulatedPods;

  beforeAll(async () => {
    pods = await SimulatedPods.start();
    clusters = await rehearsed(STACKS, charts);
    for (const stack of STACKS) {
      running.set(stack, await traefikOf(clusters, stack, { pods: pods.url, folder }));
    }
  }, 1_200_000);
  afterAll(async () => {
    for (const traefik of running.values()) await traefik.stop();
    await pods.stop();
    await clusters.end();
    rmSync(folder, { recursive: true });
  }, 120_000);

  const of = (stack: string): RunningTraefik => {
    const traefik = running.get(stack);
    if (!traefik) throw new Error(`no traefik of ${stack} runs`);
    return traefik;
  };
  const at = (stack: string, entryPoint: string, host: string, more: object = {}): HostQuestion => {
    const port = of(stack).ports[entryPoint] ?? 0;
    return { port, host, tls: entryPoint === "websecure", trust, ...more };
  };
  const until = async (
    question: HostQuestion,
    wanted: (answer: HostAnswer) => boolean,
  ): Promise<HostAnswer> => {
    for (let attempt = 0; ; attempt++) {
      const answer = await askHost(question);
      if (wanted(answer) || attempt === 120) return answer;
      await sleep(500);
    }
  };
  const reached = ({ body }: HostAnswer): Reached => JSON.parse(body) as Reached;

  /** Every public host of a stack with the workload that answers there, and for a registry its API. */
  const destinations = (stack: string): [host: string, path: string, workload: string][] => {
    const registry = `${stack}-harbor`;
    const workload: Readonly<Record<string, string>> = {
      BinderHub: "binder",
      "the hub": "proxy",
      Grafana: `${stack}-grafana`,
      Prometheus: `${stack}-prometheus-server`,
      "the registry": `${registry}-portal`,
    };
    return hostClaims(loadStackFile(stack).stack.config)
      .filter(({ what }) => !what.startsWith("the external member"))
      .flatMap(({ host, what }): [string, string, string][] => [
        [host, "/", workload[what] ?? "federation-proxy"],
        ...(what === "the registry"
          ? [[host, "/v2/", `${registry}-core`] satisfies [string, string, string]]
          : []),
      ]);
  };

  describe.each(STACKS)("stack %s", (stack) => {
    const { tls } = loadStackFile(stack).stack.config.certificates;

    const entry = tls ? "websecure" : "web";

    test("every public host leads to its workload", async () => {
      const byAddress = await workloads(clusters, stack);
      const found: [string, string, string | undefined][] = [];
      for (const [host, path] of destinations(stack)) {
        const answer = await until(at(stack, entry, host, { path }), ({ status }) => status === 200);
        const { pod = "", host: told } = answer.status === 200 ? reached(answer) : {};
        found.push([host, path, byAddress.get(pod.split(":")[0] ?? "") ?? String(answer.status)]);
        expect(told).toBe(host);
        const hsts = answer.headers["strict-transport-security"];
        expect([host, hsts]).toEqual([host, tls ? "max-age=2592000" : undefined]);
      }
      expect(found).toEqual(destinations(stack));
      expect([...new Set(found.map(([host]) => host))].sort()).toEqual(
        publicRoutes(stack, loadStackFile(stack).stack.config)
          .map(({ host }) => host)
          .sort(),
      );
    }, 300_000);

    (loadStackFile(stack).stack.config.monitoring.enabled ? test : test.skip)(
      "nobody ends or reloads Prometheus from outside",
      async () => {
        const { config } = loadStackFile(stack).stack;
        const hosts = publicRoutes(stack, config).filter(({ service }) => service === "prometheus");
        expect(hosts.length).toBeGreaterThan(0);
        for (const { host } of hosts) {
          for (const path of ["/-/quit", "/-/reload", "/%2D/quit"]) {
            const { status } = await askHost(at(stack, entry, host, { method: "POST", path }));
            expect([host, path, status]).toEqual([host, path, 418]);
          }
        }
      },
    );

    (tls ? test : test.skip)(
      "HTTP redirects to HTTPS at every public host, but for ACME challenges",
      async () => {
        for (const [host] of destinations(stack)) {
          const path = "/v2/gh/a%2Fb/HEAD?urlpath=lab%2Ftree";
          const get = await askHost(at(stack, "web", host, { path }));
          expect([get.status, get.headers.location]).toEqual([301, `https://${host}${path}`]);
          const post = await askHost(at(stack, "web", host, { path, method: "POST" }));
          expect([post.status, post.headers.location]).toEqual([308, `https://${host}${path}`]);
          expect(get.headers["strict-transport-security"]).toBeUndefined();
          const challenge = "/.well-known/acme-challenge/token";
          const answer = await askHost(at(stack, "web", host, { path: challenge }));
          expect(reached(answer)).toMatchObject({ host, path: challenge, protocol: "http" });
        }
      },
      60_000,
    );

    (tls ? test : test.skip)(
      "each host shows its own certificate, as soon as there is one",
      async () => {
        const host = destinations(stack)[0]?.[0] ?? "";
        // HTTP-01 and a browser's first look need an answer before the first certificate
        expect(await askHost(at(stack, "websecure", host))).toMatchObject({
          status: 200,
          shownFor: "TRAEFIK DEFAULT CERT",
          trusted: false,
        });
        const wanted: Record<string, string> = {};
        for (const { spec } of await clusters.get(stack, "ingresses")) {
          const entries = (spec?.["tls"] ?? []) as { secretName: string; hosts: string[] }[];
          for (const { secretName, hosts } of entries) {
            const { key, certificate } = keyPairFor(secretName, hosts);
            trust.push(certificate);
            for (const one of hosts) wanted[one] = secretName;
            const secret = {
              apiVersion: "v1",
              kind: "Secret",
              metadata: { name: secretName, namespace: stack },
              type: "kubernetes.io/tls",
              stringData: { "tls.crt": certificate, "tls.key": key },
            };
            const applied = await kubectl(
              clusters.access(stack),
              ["apply", "--filename=-"],
              JSON.stringify(secret),
            );
            expect(applied).toMatchObject({ code: 0, stderr: "" });
          }
        }
        const hosts = [...new Set(destinations(stack).map(([one]) => one))].sort();
        expect(Object.keys(wanted).sort()).toEqual(hosts);
        for (const one of hosts) {
          const answer = await until(at(stack, "websecure", one), ({ trusted }) => trusted);
          expect([one, answer.status, answer.shownFor, answer.trusted]).toEqual([
            one,
            200,
            wanted[one],
            true,
          ]);
          expect(reached(answer)).toMatchObject({ host: one, protocol: "https" });
        }
      },
      300_000,
    );

    test("a host that is nobody's is answered with 404, and with a certificate of Traefik's own", async () => {
      expect(await askHost(at(stack, "web", "nobody.example.org"))).toMatchObject({
        status: tls ? 301 : 404,
      });
      expect(await askHost(at(stack, "websecure", "nobody.example.org"))).toMatchObject({
        status: 404,
        shownFor: "TRAEFIK DEFAULT CERT",
      });
    });

    test("of what it reads it misses nothing but certificates that are not there yet", () => {
      const lines = of(stack).log().split("\n");
      const complaints = lines.filter((line) => /\b(ERR|WRN|FTL)\b/.test(line));
      const others = complaints.filter(
        (line) => !/"secret \S+ does not exist"|encoded characters/.test(line),
      );
      expect(others).toEqual([]);
      expect(complaints.length > others.length).toBe(true);
    });
  });

  const { hosts, config } = loadStackFile("staging").stack;
  const [hub = "", binder = ""] = [hosts.hub[0], hosts.binder[0]];

  test("events are passed on as they come: BinderHub's, those of the federation's host, and those of users' servers", async () => {
    for (const host of [binder, config.domain, hub]) {
      expect([host, await firstWords(at("staging", "websecure", host, { path: "/stream" }), 30_000)]).toEqual(
        [host, "data: first\n\n"],
      );
    }
  }, 90_000);

  test("a launch link's encoded slashes arrive as they were sent", async () => {
    const path = "/v2/git/https%3A%2F%2Fexample.org%2Fa%2Fb.git/HEAD?urlpath=lab%2Ftree";
    for (const host of [binder, config.domain]) {
      expect(reached(await askHost(at("staging", "websecure", host, { path })))).toMatchObject({ path });
    }
  });

  test("a request may take 600 s to arrive, at both entry points", async () => {
    const deployments = await clusters.get("staging", "deployments");
    const traefik = deployments.find(({ metadata }) => metadata.name === "staging-traefik");
    const args = JSON.stringify(traefik?.spec);
    for (const entryPoint of ["web", "websecure"]) {
      expect(args).toContain(`--entryPoints.${entryPoint}.transport.respondingTimeouts.readTimeout=600`);
    }
  });

  test("that time cuts what is still arriving, and neither web sockets nor streams", async () => {
    const short = await traefikOf(clusters, "staging", {
      pods: pods.url,
      folder,
      change: (arg) => arg.replace(/(readTimeout)=600$/, "$1=2"),
    });
    try {
      const of = (path: string, port = short.ports["websecure"] ?? 0): HostQuestion => ({
        port,
        host: hub,
        path,
      });
      await until(of("/"), ({ status }) => status === 200);
      const body = Buffer.alloc(2_000);
      const [socket, stream, cut, whole] = await Promise.all([
        upgrade(of("/user/a/api/kernels/b/channels")).then(async (held) => {
          await sleep(5_000);
          const said = await held.echo("two");
          held.close();
          return said;
        }),
        listenTo(of("/stream"), 5_000),
        inHalves({ ...of("/user/a/api/contents"), body }, 4_000),
        inHalves({ ...of("/user/a/api/contents", running.get("staging")?.ports["websecure"]), body }, 4_000),
      ]);
      expect(socket).toBe("two");
      expect(stream.ended).toBe(false);
      expect(stream.words.split("\n\n").length).toBeGreaterThan(8);
      expect(cut.status).not.toBe(200);
      expect(whole.status).toBe(200);
    } finally {
      await short.stop();
    }
  }, 90_000);

  test("a body above the hub's limit is refused before it is sent; one below it arrives whole", async () => {
    const post = (bytes: number, body?: Buffer): Promise<HostAnswer> => {
      const headers = { "Content-Length": bytes };
      return askHost(at("staging", "websecure", hub, { method: "POST", headers, body }));
    };
    expect(await post(HUB_LIMIT + 1)).toMatchObject({ status: 413 });
    expect(reached(await post(2_000_000, Buffer.alloc(2_000_000)))).toMatchObject({ bytes: 2_000_000 });
    const question = at("staging", "websecure", hub);
    expect(await postOverHttp2(question, Buffer.alloc(1_000), HUB_LIMIT + 1)).toBe(413);
    expect(await postOverHttp2(question, Buffer.alloc(2_000_000))).toBe(200);
  }, 90_000);

  test("so is one that declares no length, as soon as it is longer", async () => {
    const [proxy = ""] =
      [...(await workloads(clusters, "staging"))].find(([, name]) => name === "proxy") ?? [];
    pods.services.set("proxy-public", proxy);
    const headers = { "Transfer-Encoding": "chunked" };
    const put = (bytes: number): Promise<HostAnswer> =>
      askHost(at("staging", "websecure", hub, { method: "PUT", headers, body: Buffer.alloc(bytes) }));
    expect(reached(await put(2_000_000))).toMatchObject({ bytes: 2_000_000, pod: `${proxy}:80`, host: hub });
    expect(await put(HUB_LIMIT + 1)).toMatchObject({ status: 413 });
  }, 90_000);

  test("a layer of an image has no limit, and is passed on while it arrives", async () => {
    const { hosts: ofMember } = loadStackFile("hetzner-2i2c").stack;
    const to = (path: string): HostQuestion => at("hetzner-2i2c", "websecure", ofMember.registry, { path });
    const body = Buffer.alloc(HUB_LIMIT + 1);
    const headers = { "Content-Length": body.length };
    const answer = await askHost({ ...to("/v2/layer"), method: "PUT", headers, body });
    expect(reached(answer)).toMatchObject({ bytes: HUB_LIMIT + 1 });
    expect(await inHalves({ ...to("/early"), body }, 3_000)).toEqual({ status: 200, early: true });
  }, 90_000);

  test("a replica of the proxy that does not answer is asked once: the other one answers", async () => {
    const byAddress = await workloads(clusters, "staging");
    const replicas = [...byAddress].filter(([, name]) => name === "federation-proxy").map(([ip]) => ip);
    expect(replicas).toHaveLength(2);
    const [dead = "", alive = ""] = replicas;
    pods.kill(dead);
    try {
      for (let times = 0; times < 6; times++) {
        const answer = await askHost(at("staging", "websecure", config.domain));
        expect(answer.status).toBe(200);
        expect(reached(answer).pod.split(":")[0]).toBe(alive);
      }
    } finally {
      pods.revive(dead);
    }
  }, 60_000);

  test("told to end, it still answers new clients, until its Service leads them to the other one; streams and web sockets go on", async () => {
    const ending = await traefikOf(clusters, "staging", {
      pods: pods.url,
      folder,
      change: (arg) => arg.replace(/(requestAcceptGraceTimeout)=20$/, "$1=4"),
    });
    try {
      const of = (path: string, entryPoint = "websecure"): HostQuestion => ({
        port: ending.ports[entryPoint] ?? 0,
        host: hub,
        path,
        tls: entryPoint === "websecure",
      });
      await until(of("/"), ({ status }) => status === 200);
      const held = await upgrade(of("/user/a/api/kernels/b/channels"));
      const stream = listenTo(of("/stream"), 8_000);
      ending.terminate();
      await sleep(2_000);
      expect([await askHost(of("/")), await askHost(of("/", "web"))]).toMatchObject([
        { status: 200 },
        { status: 301 },
      ]);
      expect((await stream).ended).toBe(false);
      await expect(askHost(of("/"))).rejects.toThrow("ECONNREFUSED");
      expect(await held.echo("two")).toBe("two");
      held.close();
    } finally {
      await ending.stop();
    }
  }, 60_000);

  test("a replica is not killed before both of its times to end have passed", async () => {
    const { spec } = (await clusters.get("staging", "deployments")).find(
      ({ metadata }) => metadata.name === "staging-traefik",
    )?.spec?.["template"] as {
      spec: { terminationGracePeriodSeconds: number; containers: { args: string[] }[] };
    };
    for (const entryPoint of ["web", "websecure"]) {
      const seconds = (spec.containers[0]?.args ?? [])
        .filter((arg) => arg.includes(`.${entryPoint}.transport.lifeCycle.`))
        .map((arg) => Number(arg.split("=")[1]));
      expect(seconds).toHaveLength(2);
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(seconds.reduce((sum, one) => sum + one));
    }
  });

  test("doctor reads its access log: it warns while no client has a public address", async () => {
    const { stack } = loadStackFile("staging");
    const target = targetOf(stack, clusters.access("staging"));
    const log = of("staging").log();
    const findings = clientFindings(target, log);
    expect(findings).toMatchObject([
      {
        level: "warning",
        found: expect.stringMatching(/^of the last \d+ requests .* most from 127\.0\.0\.1:/) as string,
      },
    ]);
    expect(await run("/bin/sh", ["-c", findings[0]?.fix ?? "false"])).toMatchObject({ code: 0, stderr: "" });
    expect(clientFindings(target, log.replace("127.0.0.1 - ", "203.0.113.7 - "))).toEqual([]);
  });

  test("its dashboard is nowhere", async () => {
    const port = of("staging").ports["traefik"] ?? 0;
    expect((await ask(port, "/dashboard/")).status).toBe(404);
    expect((await ask(port, "/api/rawdata")).status).toBe(404);
  });
});
