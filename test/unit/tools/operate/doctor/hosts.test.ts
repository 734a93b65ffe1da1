// Proves: `doctor` finds each fault of a public host, with real servers, certificates, name servers and clocks on loopback.
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Diagnosis } from "../../../../../tools/operate/doctor/diagnosis";
import { hostChecksOf } from "../../../../../tools/operate/doctor/hosts";
import type { PublicHost } from "../../../../../tools/operate/hosts/publicHosts";
import { TYPESCRIPT } from "../../../../../tools/ground/root";
import { loadStackFile } from "../../../../../tools/ground/stackFile/stacks";
import { Authority, type ServerCertificate } from "../../../../support/authority";
import { NameServer } from "../../../../support/dns";
import { diagnosisOf } from "../../../../support/hostChecks";
import { runProgram } from "../../../../support/runTool";

let names: NameServer;
let authority: Authority;
let stranger: Authority;
const servers: http.Server[] = [];

beforeAll(async () => {
  names = await NameServer.start();
  authority = Authority.create();
  stranger = Authority.create();
});
afterEach(() => {
  names.behaviour = "well";
});
afterAll(async () => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  await names.stop();
  authority.remove();
  stranger.remove();
});

async function listen(server: http.Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `localhost:${String((server.address() as AddressInfo).port)}`;
}

/** A host that shows this certificate. `plain`: what plain HTTP leads to; `late`: ms that its clock is behind. */
async function host(
  certificate: ServerCertificate,
  {
    plain,
    late = 0,
    silent = false,
  }: { plain?: (host: string) => string; late?: number; silent?: boolean } = {},
): Promise<PublicHost> {
  const answer: http.RequestListener = (_, response) => {
    if (silent) return;
    response.writeHead(200, { Date: new Date(Date.now() - late).toUTCString() }).end("page");
  };
  const at = await listen(https.createServer(certificate, answer));
  const name = `h${String(servers.length)}.example`;
  const to = plain ?? ((own: string): string => `https://${own}/`);
  const plainName = await listen(
    http.createServer((_, response) => {
      response.writeHead(302, { Location: to(name) }).end();
    }),
  );
  return {
    host: name,
    service: "binder",
    maxBodyBytes: undefined,
    url: `https://${at}`,
    plainUrl: `http://${plainName}/`,
  };
}

/** What `doctor` makes of each list of hosts, in a program that trusts the authority: one for all, since each takes a second. */
async function diagnoses(lists: readonly (readonly PublicHost[])[]): Promise<Diagnosis[]> {
  const script = join(__dirname, "..", "..", "..", "..", "support", "hostChecks.ts");
  const args = ["--require", TYPESCRIPT, script, JSON.stringify(lists), nameServer()];
  const ended = await runProgram(process.execPath, args, { NODE_EXTRA_CA_CERTS: authority.file }).ended;
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(ended.stdout) as Diagnosis[];
}

const nameServer = (): string => `127.0.0.1:${String(names.port)}`;

test("each fault of a host is found, with the command that shows or fixes it; one that is well has none", async () => {
  const well = [await host(authority.issue("localhost", 60)), await host(authority.issue("localhost", 15))];
  const ended = await host(authority.issue("localhost", -1));
  const misnamed = await host(authority.issue("other.example", 60));
  const unknown = await host(stranger.issue("localhost", 60));
  const soon = await host(authority.issue("localhost", 10));
  const now = await host(authority.issue("localhost", 3));
  const elsewhere = await host(authority.issue("localhost", 60), { plain: () => "https://example.org/" });
  const silent = await host(authority.issue("localhost", 60), { silent: true });
  const late = [20_000, 100_000, -100_000, 4_000_000];
  const clocks = await Promise.all(late.map((ms) => host(authority.issue("localhost", 60), { late: ms })));
  const faulty = [ended, misnamed, unknown, soon, now, elsewhere, silent];
  const [good, bad, ...times] = await diagnoses([well, faulty, ...clocks.map((one) => [one])]);

  expect(good).toEqual({ checked: ["public hosts", "clock"], findings: [], notChecked: [] });
  const describe = "kubectl describe certificate,challenge --namespace tried";
  const lasts = (days: number): string =>
    `its certificate has ${String(days)} days left, fewer than 14: it should have been renewed 30 days before its end`;
  const problem = (of: PublicHost, found: string, fix: string): object => ({
    level: "problem",
    about: `host ${of.host}`,
    found,
    fix,
  });
  expect(bad?.findings).toEqual([
    problem(ended, "the certificate is not valid: CERT_HAS_EXPIRED", describe),
    problem(misnamed, "the certificate is not valid: it is for other.example, not for localhost", describe),
    problem(unknown, "the certificate is not valid: UNABLE_TO_VERIFY_LEAF_SIGNATURE", describe),
    problem(now, lasts(2), describe),
    problem(
      elsewhere,
      `plain HTTP: status 302, to https://example.org/; expected: a redirect to https://${elsewhere.host}/`,
      "kubectl get ingress --namespace tried --output yaml",
    ),
    problem(silent, "does not answer: no complete answer within 1 s", "npm run live -- --stack tried"),
    { ...problem(soon, lasts(9), describe), level: "warning" },
  ]);
  const apart = (level: string, words: string, index: number): object => ({
    level,
    about: "this machine's clock",
    found: expect.stringMatching(
      new RegExp(`^\\d+ (s|min) ${words} ${clocks[index]?.host ?? ""}; allowed: 30 s$`),
    ) as string,
    fix: "timedatectl set-ntp true",
  });
  expect(times.map(({ findings }) => findings)).toEqual([
    [],
    [apart("warning", "ahead of", 1)],
    [apart("warning", "behind", 2)],
    [apart("problem", "ahead of", 3)],
  ]);
}, 30_000);

test("hosts without an address are one finding, and nobody asks them; without a name server nothing is known", async () => {
  const two = [await host(authority.issue("localhost", 60)), await host(authority.issue("localhost", 60))];
  names.behaviour = "says that there is no such name";
  const gone = await diagnosisOf(two, nameServer());
  expect(gone.findings).toEqual([
    {
      level: "problem",
      about: `2 hosts (${two.map(({ host: name }) => name).join(", ")})`,
      found: "has no address; expected: the machine's",
      fix: "npx mybinder dns tried --check",
    },
  ]);
  expect(gone.notChecked).toMatchObject([{ level: "warning", check: "clock" }]);
  names.behaviour = "refuses";
  const unknown = await diagnosisOf(two, nameServer());
  expect(unknown.findings).toEqual([]);
  expect(unknown.notChecked).toMatchObject([
    {
      level: "problem",
      check: "public hosts",
      why: expect.stringContaining("no answer from 127.0.0.1") as string,
    },
    { check: "clock" },
  ]);
});

test("a stack whose names never leave a machine has no public hosts", () => {
  const how = {
    resolve: () => Promise.reject(new Error()),
    timeoutMs: 1,
    now: new Date(),
    kubectlCommand: () => "",
  };
  expect(hostChecksOf(loadStackFile("local").stack, how)).toEqual([]);
  expect(hostChecksOf(loadStackFile("staging").stack, how).map(({ name }) => name)).toEqual([
    "public hosts",
    "clock",
  ]);
});
