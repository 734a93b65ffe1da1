import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveName, readArchive } from "../../../charts/archive";
import { locateChart } from "../../../charts/source";
import { certManager } from "../../../charts/versions";
import { packStandIn } from "../../../tools/ground/cluster/charts";

let base: string;
let cache: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "mybinder-source-"));
  cache = join(base, "cache");
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

/** A helm that does what `script` says; its arguments are in the file `args`. */
function fakeHelm(script: string): string {
  const helm = join(base, "helm");
  writeFileSync(helm, `#!/bin/sh\necho "$@" > ${join(base, "args")}\n${script}\n`);
  chmodSync(helm, 0o755);
  return helm;
}

const file = (): string => join(cache, archiveName(certManager));

test("a chart in the cache is taken from there, and helm is not asked", () => {
  packStandIn(certManager, (cache = base));
  expect(locateChart(certManager, { cache, helm: "/nonexistent/helm" })).toMatchObject({
    name: "cert-manager",
    version: "v1.20.2",
    from: "cache",
    standIn: true,
    file: file(),
  });
});

test("a chart that the cache lacks is pulled from its repository and kept", () => {
  const stock = mkdtempSync(join(base, "stock-"));
  packStandIn(certManager, stock);
  const helm = fakeHelm(
    `cp ${join(stock, archiveName(certManager))} "$7"`.replace("$7", "$(eval echo \\${$#})"),
  );
  expect(locateChart(certManager, { cache, helm })).toMatchObject({ from: "repository", file: file() });
  expect(readFileSync(join(base, "args"), "utf8")).toMatch(
    /^pull oci:\/\/quay\.io\/jetstack\/charts\/cert-manager --version v1\.20\.2 --destination /,
  );
  expect(readdirSync(cache)).toEqual([archiveName(certManager)]);
});

test("a repository out of reach is named with its reason and what to do, and nothing is left", () => {
  const helm = fakeHelm('echo "Error: dial tcp: lookup quay.io: no such host" >&2; exit 1');
  expect(() => locateChart(certManager, { cache, helm })).toThrow(
    `chart cert-manager v1.20.2 is not in ${cache}, and oci://quay.io/jetstack/charts did not give it: ` +
      `dial tcp: lookup quay.io: no such host. Put cert-manager-v1.20.2.tgz into ${cache} (another folder: ` +
      "MYBINDER_CHART_CACHE), or run `npx mybinder charts fetch` on a machine that can reach the repository.",
  );
  expect(readdirSync(cache)).toEqual([]);
});

test("without a helm, the message says so", () => {
  expect(() => locateChart(certManager, { cache, helm: "/nonexistent/helm" })).toThrow(
    /and helm is not installed to pull it\. Put /,
  );
});

test("a damaged chart is refused with the command that removes it, and stays for a look", () => {
  packStandIn(certManager, (cache = base));
  truncateSync(file(), 700);
  expect(() => locateChart(certManager, { cache, helm: undefined })).toThrow(
    /^the cached chart .* is damaged \(.*\)\. Remove it and run again: rm \/.*tgz$/,
  );
  expect(existsSync(file())).toBe(true);
});

test.each([
  ["not an archive", "<html>404</html>"],
  ["an empty file", ""],
])("%s is damaged", (_, content) => {
  packStandIn(certManager, (cache = base));
  writeFileSync(file(), content);
  expect(() => locateChart(certManager, { cache, helm: undefined })).toThrow(/is damaged/);
});

test("a chart of another version under the pinned name is refused", () => {
  packStandIn({ ...certManager, version: "v1.19.0" }, base);
  writeFileSync(join(base, archiveName(certManager)), readFileSync(join(base, "cert-manager-v1.19.0.tgz")));
  expect(() => locateChart(certManager, { cache: base, helm: undefined })).toThrow(
    /is cert-manager v1\.19\.0, but cert-manager v1\.20\.2 is pinned\. Remove it/,
  );
});

test("packing the same files again gives the same digest", async () => {
  packStandIn(certManager, base);
  const first = readArchive(join(base, archiveName(certManager)));
  await new Promise((resolve) => setTimeout(resolve, 1100));
  packStandIn(certManager, base);
  expect(readArchive(join(base, archiveName(certManager)))).toEqual(first);
});
