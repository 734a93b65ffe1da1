// What `mybinder diff` says of changes of each kind in a checkout of the project; of none: unchanged.test.ts.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diffReportSchema, type StackDiff } from "../../tools/operate/diff/report";
import { gitCopy, type GitCopy } from "../support/gitCopy";
import { type Ended, runCommand } from "../support/runTool";

jest.setTimeout(300_000);

let copy: GitCopy;
beforeAll(async () => {
  copy = await gitCopy();
});
afterAll(() => {
  copy.remove();
});

/** Where the hub has secrets that the program draws: the test draws longer ones. */
const HUB = ["ConfigurableHTTPProxy\\.auth_token", "JupyterHub\\.cookie_secret"].map(
  (key) => `Secret/hub data.hub\\.config\\.${key}`,
);

const diff = (args: readonly string[]): Promise<Ended> => runCommand(copy.root, ["diff", ...args], {}).ended;
const stacksOf = ({ code, stdout, stderr }: Ended): StackDiff[] => {
  expect([code, stderr]).toEqual([0, ""]);
  return diffReportSchema.parse(JSON.parse(stdout)).stacks;
};
const edit = (file: string, from: string, to: string): void => {
  const path = join(copy.root, file);
  const text = readFileSync(path, "utf8");
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(path, text.replace(from, to));
};

test("a change of a value, of a template, of a stack file and of a secret is each found where it is, and no secret is shown", async () => {
  edit("charts/mybinder/values.yaml", "tag: 3.0.25-alpine", "tag: 3.0.26-alpine");
  edit(
    "charts/mybinder/templates/federation-proxy/_haproxy.cfg.tpl",
    "timeout client 60s",
    "timeout client 61s",
  );
  edit("secret/generated.ts", 'shape: "hex", length: 32, rotation', 'shape: "hex", length: 48, rotation');
  edit("Pulumi.prod.yaml", "prometheusSize: 50G", "prometheusSize: 60G");
  const args = ["prod", "staging", "--base", "HEAD", "--charts", "stand-ins"];
  const [prod, staging] = stacksOf(await diff([...args, "--json"]));
  const changes = (of: StackDiff | undefined): string[] =>
    (of?.objects ?? []).flatMap(({ kind, name, differences }) =>
      differences.map(({ path }) => `${kind}/${name} ${path}`),
    );
  const proxy = [
    "ConfigMap/federation-proxy data.haproxy\\.cfg",
    "Deployment/federation-proxy spec.template.metadata.annotations.checksum/config",
    "Deployment/federation-proxy spec.template.spec.containers.haproxy.image",
  ];
  const secrets = (staging?.objects ?? []).flatMap(({ differences }) =>
    differences.filter(({ hidden }) => hidden === "secret"),
  );
  expect(changes(staging)).toEqual(expect.arrayContaining([...proxy, ...HUB]));
  expect(secrets.map(({ path }) => `Secret/hub ${path}`)).toEqual(expect.arrayContaining(HUB));
  for (const one of secrets) expect(Object.keys(one).sort()).toEqual(["hidden", "path"]);
  expect(changes(prod).filter((change) => !proxy.includes(change))).toEqual([
    "PersistentVolumeClaim/prod-prometheus-server spec.resources.requests.storage",
    // its bound, a part of the volume's size
    "Deployment/prod-prometheus-server spec.template.spec.containers.prometheus-server.args",
  ]);
  expect(prod?.restarts).toEqual(["the federation proxy", "prometheus-server"]);
});

test("what cannot be compared is refused in words", async () => {
  expect(await diff(["--base", "no-such-ref"])).toMatchObject({
    code: 2,
    stderr: "there is no commit no-such-ref in this repository; fetch it first: git fetch\n",
  });
  expect((await diff(["--base", "--upload-pack=x"])).code).toBe(2);
  expect(await diff(["nowhere", "--base", "HEAD", "--charts", "stand-ins"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("neither side deploys nowhere; stacks: ") as string,
  });
  expect(await diff([])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--base REF, --live") as string,
  });
});

describe("--manifests", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "mybinder-manifests-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const manifest = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const CREDENTIAL = "9f8Zk3Qw7Lm1Xc5Vb2Nt6Yr4";

  test("compares by object, in any order, and hides what Secrets hold, wherever it is", async () => {
    const secret = `kind: Secret\napiVersion: v1\nmetadata: {name: s}\nstringData: {a: ${CREDENTIAL}}\n`;
    const config = (value: string): string =>
      `kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata: {a: '${value}'}\n`;
    const before = manifest("before.yaml", `${secret}---\n${config("1")}`);
    const after = manifest("after.yaml", `${config(`2 ${CREDENTIAL}`)}---\n${secret}`);
    const { code, stdout, stderr } = await diff(["--manifests", before, after, "--exit-code"]);
    expect([code, stderr]).toEqual([1, "differences in: manifests\n"]);
    expect(stdout).toBe(
      `From ${before} to ${after}\nmanifests: 1 changed\n  ~ ConfigMap c\n      data.a: "1" → "2 (secret)"\n`,
    );
    expect((await diff(["--manifests", before, before, "--exit-code"])).code).toBe(0);
  });

  test("refuses what is no manifest", async () => {
    const broken = manifest("broken.yaml", "kind: [");
    expect(await diff(["--manifests", broken, broken])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("broken.yaml is not valid YAML") as string,
    });
    expect((await diff(["--manifests", join(folder, "none"), broken])).stderr).toMatch(
      /^there is no file or folder/,
    );
  });
});
