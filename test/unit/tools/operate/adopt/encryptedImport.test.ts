import { existsSync, readdirSync, readFileSync } from "node:fs";
import {
  encryptValues,
  importEncrypted,
  type Pulumi,
} from "../../../../../tools/operate/adopt/encryptedImport";

const SECRET = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "v1:kept",
};
const VALUES = { grafana: { adminPassword: "CANARY" } };
const state = (...resources: object[]): string =>
  JSON.stringify({ version: 3, deployment: { manifest: { magic: "m" }, resources } });
const FILE = { nameTable: {}, resources: [{ type: "kubernetes:helm.sh/v3:Release", name: "a", id: "a/a" }] };

describe("encryptValues", () => {
  test("hides the values of releases, inputs and outputs, and leaves all else", () => {
    const other = { type: "kubernetes:core/v1:Namespace", inputs: { values: { stay: "here" } } };
    const release = {
      type: "kubernetes:helm.sh/v3:Release",
      inputs: { name: "a", values: VALUES },
      outputs: { name: "a", values: SECRET },
    };
    const { deployment, version } = JSON.parse(encryptValues(state(other, release))) as {
      version: number;
      deployment: { manifest: object; resources: Record<string, Record<string, unknown>>[] };
    };
    expect({ version, manifest: deployment.manifest }).toEqual({ version: 3, manifest: { magic: "m" } });
    expect(deployment.resources[0]).toEqual(other);
    expect(deployment.resources[1]?.["outputs"]).toEqual({ name: "a", values: SECRET });
    const hidden = deployment.resources[1]?.["inputs"]?.["values"] as Record<string, string>;
    expect(Object.keys(hidden)).toEqual([Object.keys(SECRET)[0], "plaintext"]);
    expect(JSON.parse(hidden["plaintext"] ?? "")).toEqual(VALUES);
  });

  test("leaves a state without resources as it is", () => {
    expect(JSON.parse(encryptValues('{"version":3,"deployment":{}}'))).toEqual({
      version: 3,
      deployment: {},
    });
  });
});

describe("importEncrypted", () => {
  const calls: { args: readonly string[]; input: string; backend: string | undefined }[] = [];
  const pulumi =
    (fails: (args: readonly string[]) => boolean): Pulumi =>
    (args, input = "", environment = {}) => {
      const backend = environment["PULUMI_BACKEND_URL"];
      calls.push({ args, input, backend });
      if (args[0] === "import") {
        expect(JSON.parse(readFileSync(String(args[args.indexOf("--file") + 1]), "utf8"))).toEqual(FILE);
      }
      if (fails(args)) return Promise.reject(new Error("refused"));
      if (args[1] !== "export") return Promise.resolve("");
      const imported = { type: "kubernetes:helm.sh/v3:Release", inputs: { values: VALUES } };
      return Promise.resolve(backend === undefined ? state() : state(imported));
    };
  beforeEach(() => (calls.length = 0));
  const folderOf = (): string =>
    calls.find(({ backend }) => backend)?.backend?.slice("file://".length) ?? "/";

  test("imports beside the stack's backend, which is given the encrypted state alone", async () => {
    await importEncrypted(
      pulumi(() => false),
      FILE,
    );
    const own = calls.filter(({ backend }) => backend === undefined);
    expect(own.map(({ args }) => args.slice(0, 2))).toEqual([
      ["stack", "export"],
      ["stack", "import"],
    ]);
    expect(own[1]?.input).toContain('"plaintext"');
    expect(existsSync(folderOf())).toBe(false);
  });

  test("leaves the stack's state and no copy when the import fails", async () => {
    const failed = importEncrypted(
      pulumi(([command]) => command === "import"),
      FILE,
    );
    await expect(failed).rejects.toThrow("refused");
    expect(calls.filter(({ args, backend }) => args[1] === "import" && backend === undefined)).toEqual([]);
    expect(existsSync(folderOf())).toBe(false);
    expect(readdirSync("/tmp").filter((name) => name.startsWith("mybinder-adopt-import-"))).toEqual([]);
  });
});
