// Proves: the real exporter, with the configuration that our values render, calls good what is good and bad what is bad: status,
// certificate, redirects, Harbor's own word; and each probe of a stack has a module. The hosts are servers on loopback, whose
// authority the exporter trusts by its environment.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ownValues } from "../../charts/metaChart";
import { mergeValues } from "../../model/schema/plain/mergeValues";
import { stackValues } from "../../model/values";
import { probeScrapeConfig, redirectModules } from "../../model/values/probes";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { until } from "../support/federation";
import { ask } from "../support/haproxy";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { requireReal } from "../support/real";

interface Modules {
  readonly blackboxExporter: { readonly modules: Readonly<Record<string, unknown>> };
}

/** The modules of a stack: the chart's, and those of its redirects. */
function modulesOf(stack: string): Readonly<Record<string, unknown>> {
  const values = mergeValues(ownValues(ROOT), stackValues(loadStackFile(stack).stack)) as unknown as Modules;
  return values.blackboxExporter.modules;
}

interface Job {
  readonly static_configs: readonly {
    readonly targets: readonly string[];
    readonly labels: { module: string };
  }[];
}

// one of each role
describe.each(["prod", "bids-ovh", "staging"])("stack %s", (stack) => {
  test("each probe has a module", () => {
    const [job] = (parse(probeScrapeConfig(loadStackFile(stack).stack.probed)) ?? []) as Job[];
    const asked = (job?.static_configs ?? []).map(({ labels }) => labels.module);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((module) => !Object.hasOwn(modulesOf(stack), module))).toEqual([]);
  });
});

const program = "prometheus-blackbox-exporter";
const withExporter = requireReal(program, program) ? describe : describe.skip;

withExporter("the real exporter", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-blackbox-"));
  const servers: Server[] = [];
  let exporter: ChildProcess;
  let port: number;
  let http: string;
  let https: string;

  // the exporter wants a name in the certificate where components/keyPair/selfSigned.mjs puts none
  const selfSigned = (): { key: string; cert: string } => {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "30"];
    const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", ["req", "-x509", ...key, ...subject, ...files], { stdio: "ignore" });
    return {
      key: readFileSync(join(folder, "key.pem"), "utf8"),
      cert: readFileSync(join(folder, "cert.pem"), "utf8"),
    };
  };
  const answer: Parameters<typeof createHttp>[1] = (request, response) => {
    const [, kind = "", value = ""] = (request.url ?? "").split("/");
    if (kind === "status") response.writeHead(Number(value)).end("x");
    else if (kind === "to") {
      response.writeHead(302, { Location: `https://${decodeURIComponent(value)}/` }).end();
    } else if (kind === "plain") response.writeHead(302, { Location: `http://${value}/` }).end();
    else response.end(kind === "ill" ? '{"status":"unhealthy"}' : '{"status":"healthy"}');
  };
  const listen = async (server: Server): Promise<string> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    return `localhost:${String((server.address() as AddressInfo).port)}`;
  };

  beforeAll(async () => {
    const trusted = selfSigned();
    writeFileSync(join(folder, "ca.crt"), trusted.cert);
    http = `http://${await listen(createHttp(answer))}`;
    https = `https://${await listen(createHttps(trusted, answer as never))}`;
    const target = { to: "docs.example.org/a", type: "url" as const };
    const moved = { stack: "a", host: "old.example.org", service: "redirects" as const, tls: true, target };
    const modules = {
      ...(ownValues(ROOT) as unknown as Modules).blackboxExporter.modules,
      ...redirectModules([moved]),
    };
    writeFileSync(join(folder, "blackbox.yml"), stringify({ modules }));
    port = await freePort();
    const args = [`--config.file=${folder}/blackbox.yml`, `--web.listen-address=127.0.0.1:${String(port)}`];
    const env = { ...process.env, SSL_CERT_FILE: join(folder, "ca.crt"), SSL_CERT_DIR: join(folder, "none") };
    exporter = spawn(program, args, { stdio: "ignore", env });
    await until(
      async () => (await ask(port, "/-/healthy").catch(() => ({ status: 0 }))).status,
      (status) => status === 200,
    );
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => exporter.once("exit", resolve));
    exporter.kill("SIGKILL");
    await ended;
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const probe = async (module: string, target: string): Promise<string> =>
    (await ask(port, `/probe?module=${module}&target=${encodeURIComponent(target)}`)).body;

  test.each([
    ["page", "https", "/", 1],
    ["page", "https", "/status/503", 0],
    ["page", "https", "/status/404", 0],
    ["page", "http", "/", 0],
    ["page-plain", "http", "/", 1],
    ["harbor", "https", "/", 1],
    ["harbor", "https", "/ill", 0],
    ["to-https", "http", "/to/a.example.org", 1],
    ["to-https", "http", "/plain/a.example.org", 0],
    ["to-https", "http", "/", 0],
    ["redirect-old-example-org", "https", "/to/docs.example.org%2Fa", 1],
    ["redirect-old-example-org", "https", "/to/elsewhere.example.org", 0],
  ])("%s of %s%s: %d", async (module, scheme, path, success) => {
    expect(await probe(module, `${scheme === "https" ? https : http}${path}`)).toContain(
      `probe_success ${String(success)}\n`,
    );
  });

  test("it tells when a certificate ends, and how long each part took", async () => {
    const text = await probe("page", `${https}/`);
    expect(text).toMatch(/probe_ssl_earliest_cert_expiry [1-9]/);
    expect(text).toMatch(/probe_http_duration_seconds{phase="tls"}/);
    expect(text).toMatch(/probe_http_status_code 200/);
  });

  test("a certificate of an authority that it does not trust is a failure", async () => {
    const stranger = `https://${await listen(createHttps(selfSigned(), answer as never))}`;
    expect(await probe("page", `${stranger}/`)).toContain("probe_success 0\n");
  });
});
