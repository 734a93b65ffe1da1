import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request as requestPlain, type RequestOptions } from "node:http";
import { request as requestTls } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";

/** A key and a certificate that it signed itself, both PEM. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** Makes a certificate for `hosts` with openssl. */
export function keyPairFor(name: string, hosts: readonly string[]): KeyPair {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-keys-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const alternatives = hosts.map((host) => (/^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`)).join(",");
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${alternatives}`];
  const files = ["-keyout", key, "-out", certificate, "-days", "30"];
  execFileSync("openssl", ["req", "-x509", ...kind, ...files, ...names], { stdio: "pipe" });
  const pair = { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate, "utf8") };
  rmSync(folder, { recursive: true });
  return pair;
}

/** What a server on loopback answered a browser that asked for a host. */
export interface HostAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Common name of the certificate that was shown for the host; `undefined` without TLS. */
  readonly shownFor: string | undefined;
  /** Names of that certificate, sorted. */
  readonly names: readonly string[];
  /** Its serial number, in hex. */
  readonly serial: string | undefined;
  /** Whether the certificate is for the host and of an authority that was named. */
  readonly trusted: boolean;
}

export interface HostQuestion {
  readonly port: number;
  readonly host: string;
  readonly path?: string;
  readonly tls?: boolean;
  /** Certificates that are trusted, PEM. */
  readonly trust?: readonly string[];
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer;
  /** Address of this machine to ask from; default: 127.0.0.1. */
  readonly from?: string;
}

/** The question as options of a request, without TLS. */
export function options(question: HostQuestion): RequestOptions & { servername?: string } {
  const { port, host, path = "/", method = "GET", headers = {}, from } = question;
  const local = from === undefined ? {} : { localAddress: from };
  return {
    host: "127.0.0.1",
    port,
    path,
    method,
    headers: { Host: host, ...headers },
    agent: false,
    ...local,
  };
}

/** Asks as a browser does that looked the host up and found loopback: by SNI and `Host`. */
export function askHost(question: HostQuestion): Promise<HostAnswer> {
  const { host, tls = true, trust = [], body } = question;
  return new Promise((resolve, reject) => {
    const of = options(question);
    const sent = tls
      ? requestTls({ ...of, servername: host, ca: [...trust], rejectUnauthorized: false })
      : requestPlain(of);
    let shownFor: string | undefined;
    let [trusted, names, serial]: [boolean, string[], string | undefined] = [false, [], undefined];
    sent.on("response", (response) => {
      const { socket } = response;
      if (socket instanceof TLSSocket) {
        trusted = socket.authorized;
        const { subject, subjectaltname = "", serialNumber } = socket.getPeerCertificate();
        [shownFor, serial] = [subject.CN, serialNumber];
        names = subjectaltname.split(", ").map((name) => name.replace(/^DNS:/, ""));
      }
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", reject).on("end", () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: text, shownFor, names: names.sort(), serial, trusted });
      });
    });
    sent.on("error", reject).end(body);
  });
}

/**
 * Asks for a stream over TLS and gives its first words, or `undefined` when none came within `patience` ms, and closes it.
 */
export function firstWords(question: HostQuestion, patience: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const sent = requestTls({ ...options(question), servername: question.host, rejectUnauthorized: false });
    const timer = setTimeout(() => {
      end(undefined);
    }, patience);
    const end = (words: string | undefined): void => {
      clearTimeout(timer);
      resolve(words);
      sent.destroy();
    };
    sent.on("response", (response) => {
      response
        .on("error", () => undefined)
        .on("data", (chunk: Buffer) => {
          end(chunk.toString());
        });
    });
    sent.on("error", reject).end();
  });
}

/** A connection that was upgraded to a web socket, as far as a proxy looks: bytes in both directions. */
export interface Upgraded {
  /** Sends a text and gives what comes back for it. */
  readonly echo: (text: string) => Promise<string>;
  readonly close: () => void;
}

/** Asks for an upgrade over TLS; rejects when the answer is not 101. */
export function upgrade(question: HostQuestion): Promise<Upgraded> {
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": 13,
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
  };
  return new Promise((resolve, reject) => {
    const of = { ...options({ ...question, headers }), servername: question.host, rejectUnauthorized: false };
    const sent = requestTls(of);
    sent.on("response", ({ statusCode = 0 }) => {
      reject(new Error(`the upgrade was answered with ${String(statusCode)}`));
    });
    sent.on("upgrade", (_, socket) => {
      socket.on("error", () => undefined);
      const echo = (text: string): Promise<string> =>
        new Promise((answered, failed) => {
          socket.once("data", (chunk: Buffer) => {
            answered(chunk.toString());
          });
          socket.once("close", () => {
            failed(new Error("the connection was closed"));
          });
          socket.write(text);
        });
      resolve({ echo, close: () => socket.destroy() });
    });
    sent.on("error", reject).end();
  });
}
