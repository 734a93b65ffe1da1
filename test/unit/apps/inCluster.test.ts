import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError, InCluster } from "../../../apps/inCluster";
import { ROOT } from "../../../tools/ground/root";

/* The client against a server that answers as it is told; test/cluster has the real API server behind it. */

const selfSigned = (): { key: string; certificate: string } =>
  JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-", "localhost", "2048"], {
      input: readFileSync(join(ROOT, "components", "keyPair", "selfSigned.mjs")),
      encoding: "utf8",
    }),
  ) as { key: string; certificate: string };

const account = mkdtempSync(join(tmpdir(), "mybinder-account-"));
const write = (file: string, text: string): void => {
  writeFileSync(join(account, file), text);
};
/** What reached the server. */
const asked: { method?: string; token?: string; body: string }[] = [];
let server: Server;
let api: InCluster;

beforeAll(async () => {
  const { key, certificate } = selfSigned();
  server = createServer({ key, cert: certificate }, (request, answer) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { method, url, headers } = request;
      asked.push({
        ...(method !== undefined && { method }),
        ...(headers.authorization !== undefined && { token: headers.authorization }),
        body,
      });
      if (url === "/forbidden") answer.writeHead(403).end('{"kind":"Status","message":"pods is forbidden"}');
      else if (url === "/broken") answer.writeHead(502).end("no upstream\n");
      else if (url === "/large") answer.end(JSON.stringify("x".repeat(5000)));
      else if (url === "/text") answer.end("ok");
      else if (url === "/trickle") setInterval(() => answer.write(" "), 50).unref();
      else if (url !== "/silent") answer.end('{"items":["a"]}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  write("ca.crt", certificate);
  write("token", "first\n");
  write("namespace", "example\n");
  const { port } = server.address() as AddressInfo;
  api = new InCluster(`https://localhost:${String(port)}`, account, { timeoutMs: 500, maxBytes: 4096 });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(account, { recursive: true });
});

test("each call has the token of that moment, for Kubernetes renews it in place", async () => {
  asked.length = 0;
  expect(await api.call("GET", "/pods")).toEqual({ items: ["a"] });
  write("token", "second");
  await api.call("POST", "/pods/x/eviction", { kind: "Eviction" });
  expect(asked).toEqual([
    { method: "GET", token: "Bearer first", body: "" },
    { method: "POST", token: "Bearer second", body: '{"kind":"Eviction"}' },
  ]);
  expect(api.namespace).toBe("example");
});

test("a refusal has its status, the API server's reason, and says what was asked", async () => {
  const refusal: unknown = await api.call("DELETE", "/forbidden").catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ApiError);
  expect(refusal).toMatchObject({
    status: 403,
    reason: "pods is forbidden",
    message: "DELETE /forbidden: 403 pods is forbidden",
  });
  await expect(api.call("GET", "/broken")).rejects.toThrow(/^GET \/broken: 502 no upstream$/);
});

test.each([
  ["/silent", "no answer in 0.5 s"],
  ["/trickle", "no answer in 0.5 s"],
  ["/large", "the answer is larger than 4096 bytes"],
  ["/text", "the answer is not JSON"],
])("GET %s ends with: %s", async (path, message) => {
  await expect(api.call("GET", path)).rejects.toThrow(`GET ${path}: ${message}`);
});

test("an API server that another CA vouches for is not told the token", async () => {
  asked.length = 0;
  const ours = readFileSync(join(account, "ca.crt"), "utf8");
  write("ca.crt", selfSigned().certificate);
  await expect(api.call("GET", "/pods")).rejects.toThrow(/^GET \/pods: .*certificate/);
  write("ca.crt", ours);
  expect(asked).toEqual([]);
});

test("nobody there, or no account: a rejection that says what was asked", async () => {
  const limits = { timeoutMs: 500, maxBytes: 4096 };
  await expect(new InCluster("https://127.0.0.1:9", account, limits).call("GET", "/pods")).rejects.toThrow(
    /^GET \/pods: .*ECONNREFUSED/,
  );
  await expect(
    new InCluster("https://127.0.0.1:9", "/nonexistent", limits).call("GET", "/pods"),
  ).rejects.toThrow(/^GET \/pods: .*ENOENT.*token/);
});
