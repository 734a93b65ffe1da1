import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment } from "../../environment";
import { type ConsumerName, consumerPath } from "../../tools/lab/kube/consumers";
import { runGo } from "../../tools/lab/kube/go";
import { ROOT } from "../../tools/ground/root";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { keyPairFor } from "./tlsAnswer";

/** The definitions of cert-manager's kinds, as its pinned release has them. */
export async function certManagerDefinitions(): Promise<string> {
  const args = ["mod", "download", "-json", "github.com/cert-manager/cert-manager"];
  const { code, output } = await runGo({
    args,
    env: {},
    cwd: join(ROOT, "tools", "lab", "kube", "certManager"),
  });
  if (code !== 0) throw new Error(output);
  const folder = join((JSON.parse(output) as { Dir: string }).Dir, "deploy", "crds");
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n---\n");
}

/** A consumer that runs. */
export interface RunningConsumer {
  readonly log: () => string;
  /** Ends it, by its pid. */
  readonly stop: () => Promise<void>;
}

function startConsumer(
  name: ConsumerName,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): RunningConsumer & { readonly child: ChildProcess } {
  const child = spawn(consumerPath(name, environment()), args, {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (log += chunk.toString()));
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  };
  return { child, log: () => log, stop };
}

/** An ACME server on loopback. */
export interface Pebble extends RunningConsumer {
  /** URL of its directory. */
  readonly directory: string;
  /** File of the certificate that its own API shows. */
  readonly certificateFile: string;
  /** The root of what it issues, PEM: another one each time it starts. */
  readonly root: () => Promise<string>;
}

/**
 * Starts pebble, which keeps its files in `folder`. It looks names up at TCP port `dns` of loopback, and asks for the answer to
 * an HTTP-01 challenge at port `http`. Accounts need one of `accounts`, keys by ID, where that is given; certificates hold
 * for `seconds`. Rejects with its log when it is not ready after a minute.
 */
export async function startPebble(
  folder: string,
  {
    dns,
    http,
    accounts,
    seconds,
  }: {
    readonly dns: number;
    readonly http: number;
    readonly accounts?: Readonly<Record<string, string>>;
    readonly seconds?: number;
  },
): Promise<Pebble> {
  const [api, management, unused] = [await freePort(), await freePort(), await freePort()];
  const { key, certificate } = keyPairFor("pebble", ["127.0.0.1"]);
  const [keyFile, certificateFile] = [join(folder, "pebble-key.pem"), join(folder, "pebble.pem")];
  writeFileSync(keyFile, key, { mode: 0o600 });
  writeFileSync(certificateFile, certificate);
  const config = join(folder, "pebble.json");
  const pebble = {
    listenAddress: `127.0.0.1:${String(api)}`,
    managementListenAddress: `127.0.0.1:${String(management)}`,
    certificate: certificateFile,
    privateKey: keyFile,
    httpPort: http,
    tlsPort: unused,
    ...(accounts && { externalAccountBindingRequired: true, externalAccountMACKeys: accounts }),
    ...(seconds !== undefined && {
      profiles: { default: { description: "the only one", validityPeriod: seconds } },
    }),
  };
  writeFileSync(config, JSON.stringify({ pebble }));
  const args = ["-config", config, "-dnsserver", `127.0.0.1:${String(dns)}`];
  const consumer = startConsumer("pebble", args, { PEBBLE_VA_NOSLEEP: "1" });
  const root = (): Promise<string> => text(`https://127.0.0.1:${String(management)}/roots/0`, certificate);
  const directory = `https://127.0.0.1:${String(api)}/dir`;
  for (let attempt = 0; consumer.child.exitCode === null && attempt < 600; attempt++) {
    const answer = await text(directory, certificate).catch(() => "");
    if (answer.includes("newOrder")) return { ...consumer, directory, certificateFile, root };
    await sleep(100);
  }
  await consumer.stop();
  throw new Error(`pebble did not get ready: ${consumer.log()}`);
}

function text(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // pebble refuses who does not say what it is
    get(url, { ca, agent: false, headers: { "User-Agent": "mybinder" } }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("error", reject).on("end", () => {
        resolve(body);
      });
    }).on("error", reject);
  });
}

/**
 * Starts cert-manager's controllers. `issuer` is the ClusterIssuer of Ingresses that name none; `trust` a file with the
 * certificate of the ACME server, where the issuer does not say it; `http` the port of loopback at which every host answers
 * over HTTP; `dns` the port at which names are looked up for DNS-01.
 */
export function startCertManager(options: {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly issuer: string;
  readonly trust?: string;
  readonly http: number;
  readonly dns?: number;
}): RunningConsumer {
  const config = join(options.folder, "cert-manager.json");
  writeFileSync(
    config,
    JSON.stringify({
      apiVersion: "controller.config.cert-manager.io/v1alpha1",
      kind: "ControllerConfiguration",
      kubeConfig: options.kubeconfig,
      clusterResourceNamespace: options.namespace,
      ...(options.dns !== undefined && {
        acmeDNS01Config: {
          recursiveNameservers: [`127.0.0.1:${String(options.dns)}`],
          recursiveNameserversOnly: true,
          checkRetryPeriod: "1s",
        },
      }),
      ingressShimConfig: { defaultIssuerName: options.issuer, defaultIssuerKind: "ClusterIssuer" },
    }),
  );
  // Its own look at a challenge: port 80 of the host, where a machine of the cluster would look.
  const proxy = `http://127.0.0.1:${String(options.http)}`;
  return startConsumer("cert-manager", [config], {
    HTTP_PROXY: proxy,
    ...(options.trust !== undefined && { SSL_CERT_FILE: options.trust }),
  });
}
