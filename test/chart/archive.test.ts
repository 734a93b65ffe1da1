// Proves: what the archive hosts answer, with a real HAProxy and an origin with TLS on loopback whose certificate only
// our own authority vouches for. Does not prove: that Google Cloud Storage answers like that origin.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, type Answer, type RunningHaproxy, startHaproxy } from "../support/haproxy";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, objectOf } from "../support/metaChart";
import { Origin } from "../support/origin";
import { requireReal } from "../support/real";

const haproxy = requireReal("haproxy", "haproxy");
const openssl = requireReal("openssl", "openssl");
const describeForReal = haproxy && openssl ? describe : describe.skip;

const HIDDEN = {
  "Alt-Svc": "h3",
  "X-GUploader-UploadID": "x",
  "X-Goog-Hash": "x",
  "X-Goog-Generation": "1",
  "X-Goog-Metageneration": "1",
  "X-Goog-Stored-Content-Encoding": "identity",
  "X-Goog-Stored-Content-Length": "4",
  "X-Goog-Storage-Class": "STANDARD",
  "X-XSS-Protection": "0",
  "Accept-Ranges": "bytes",
  "Set-Cookie": "a=b",
};

describeForReal("the archive", () => {
  let folder: string;
  let files: Readonly<Record<string, string>>;
  let origin: Origin;
  let proxy: RunningHaproxy;
  const get = (path: string, method = "GET", headers = {}): Promise<Answer> =>
    ask(proxy.port, path, { method, headers: { ...headers, Host: "archive.example.org" } });
  const toOrigin =
    ({ port }: Origin) =>
    (config: string): string =>
      config
        .replace("storage.googleapis.com:443", `127.0.0.1:${String(port)}`)
        .replace("ca-file ca-certificates.crt", `ca-file ${join(folder, "good.crt")}`);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mybinder-archive-"));
    const chart = await AssembledChart.create();
    files = objectOf(await chart.render("archive"), "ConfigMap", "federation-proxy").data ?? {};
    chart.remove();
    origin = await Origin.start("data", {
      headers: { ...HIDDEN, "Cache-Control": "public, max-age=3600" },
      tls: certificate(folder, "good", "storage.googleapis.com"),
    });
    proxy = await startHaproxy("haproxy", files, { edit: toOrigin(origin) });
  }, HELM_BUILD_MS);
  afterAll(async () => {
    await proxy.stop();
    await origin.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => origin.seen.splice(0));

  test.each([
    ["/events-2026-11-21.jsonl?x=y", "/example-archive/events-2026-11-21.jsonl"],
    ["/", "/example-archive/index.html"],
    ["/static/", "/example-archive/index.html"],
    ["/static/a%20b.css", "/example-archive/static/a%20b.css"],
  ])("%s is %s of the storage", async (path, url) => {
    expect(await get(path)).toMatchObject({ status: 200, body: "data" });
    expect(origin.seen).toMatchObject([{ method: "GET", url, headers: { host: "storage.googleapis.com" } }]);
  });

  test("nothing that identifies a reader goes there", async () => {
    await get("/x", "GET", { Cookie: "a=b", Authorization: "Basic eA==" });
    const [seen] = origin.seen;
    expect(Object.keys(seen?.headers ?? {})).not.toEqual(expect.arrayContaining(["cookie"]));
    expect(Object.keys(seen?.headers ?? {})).not.toEqual(expect.arrayContaining(["authorization"]));
  });

  test("what only the storage's own clients need is hidden, the rest is kept", async () => {
    const { headers } = await get("/x");
    expect(Object.keys(HIDDEN).filter((name) => name.toLowerCase() in headers)).toEqual([]);
    expect(headers["cache-control"]).toBe("public, max-age=3600");
  });

  test("GET and HEAD only", async () => {
    expect(await get("/x", "HEAD")).toMatchObject({ status: 200, body: "" });
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      expect(await get("/x", method)).toMatchObject({ status: 405 });
    }
    expect(origin.seen).toHaveLength(1);
  });

  test("a body goes nowhere, of a size or of none", async () => {
    expect(await get("/x", "GET", { "Content-Length": "5" })).toMatchObject({ status: 413 });
    expect(await get("/x", "GET", { "Transfer-Encoding": "chunked" })).toMatchObject({ status: 413 });
    expect(origin.seen).toEqual([]);
  });

  test("a storage with another name's certificate is not believed", async () => {
    const impostor = await Origin.start("impostor", { tls: certificate(folder, "bad", "evil.example") });
    // trusted, but for another name
    const edit = (config: string): string =>
      toOrigin(impostor)(config).replace(join(folder, "good.crt"), join(folder, "bad.crt"));
    const other = await startHaproxy("haproxy", files, { edit });
    const { status } = await ask(other.port, "/x", { headers: { Host: "archive.example.org" } });
    await other.stop();
    await impostor.stop();
    expect([status, impostor.seen]).toEqual([503, []]);
  });
});

/** A certificate that vouches for itself, for one host name. */
function certificate(folder: string, name: string, host: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${host}`;
  const args = [...request.split(" "), "-addext", `subjectAltName=DNS:${host}`, "-keyout", key, "-out", cert];
  execFileSync("openssl", args, { stdio: "ignore" });
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}
