import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackFile } from "../../model/stackFiles";
import { projectCopy } from "../support/projectCopy";
import { havePulumi } from "../support/pulumi";
import { type Ended, runCommand, runProgram } from "../support/runTool";

/*
 * The command sequences of docs/secrets.md and docs/access.md with Pulumi's real CLI and the passphrase provider. No
 * plugin, cluster or chart is needed. The CLI is in no package registry: a machine without it skips this file.
 */

(havePulumi() ? describe : describe.skip)("secrets with Pulumi's real CLI", () => {
  const base = mkdtempSync(join(tmpdir(), "mybinder-secrets-"));
  const copy = projectCopy();
  const file = (name: string, text: string): string => {
    writeFileSync(join(base, name), text);
    return join(base, name);
  };
  const oldPassphrase = file("old", "old passphrase");
  const newPassphrase = file("new", "new passphrase");
  let passphrase = oldPassphrase;
  const env = (): Record<string, string> => ({
    PULUMI_BACKEND_URL: `file://${join(base, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NODE_OPTIONS: `--require=${join(__dirname, "..", "support", "recordSpawns.js")}`,
    RECORD_SPAWNS: join(base, "spawns.jsonl"),
  });
  const secrets = (...args: string[]): Promise<Ended> =>
    runCommand(copy.root, ["secrets", ...args], env()).ended;
  const pulumi = (args: readonly string[], input?: string): Promise<Ended> => {
    const running = runProgram(
      "pulumi",
      [...args, "--non-interactive", "--color", "never"],
      env(),
      copy.root,
    );
    running.child.stdin?.end(input);
    return running.ended;
  };
  const records = (stack: string): Record<string, { set: string; credentials: string[] }> =>
    (readStackFile(copy.root, stack)?.["secretRecords"] ?? {}) as never;
  const password = randomBytes(20).toString("hex");
  const passwordFile = file("password", `${password}\n`);

  beforeAll(async () => {
    mkdirSync(join(base, "backend"));
    for (const stack of ["bids-ovh", "hetzner-gesis"]) {
      const { code, stderr } = await pulumi(["stack", "init", stack, "--secrets-provider", "passphrase"]);
      if (code !== 0) throw new Error(stderr);
    }
    // The list wants keys of a KMS; this is about passphrases.
    const list = join(copy.root, "secret", "access.yaml");
    writeFileSync(list, readFileSync(list, "utf8").replace(/default: .*/, "default: passphrase"));
  }, 120_000);
  afterAll(() => {
    copy.remove();
    rmSync(base, { recursive: true, force: true });
  });

  test("set encrypts and records; nothing shows the value, and check is content", async () => {
    const ended = await secrets("set", "registryS3SecretKey", "--stack", "bids-ovh", "--file", passwordFile);
    expect(ended).toMatchObject({ code: 0, stdout: "" });
    expect(`${ended.stdout}${ended.stderr}`).not.toContain(password);
    expect(readFileSync(join(copy.root, "Pulumi.bids-ovh.yaml"), "utf8")).not.toContain(password);
    const started = readFileSync(join(base, "spawns.jsonl"), "utf8");
    expect(started).toContain('"config","set","--secret","registryS3SecretKey"');
    expect(started).not.toContain(password);
    expect(records("bids-ovh")["registryS3SecretKey"]?.credentials).toHaveLength(1);
    expect(
      (await pulumi(["config", "get", "registryS3SecretKey", "--stack", "bids-ovh"])).stdout.trim(),
    ).toBe(password);
    expect(await secrets("check")).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  }, 120_000);

  test("the same value on another stack is found without decrypting either", async () => {
    await secrets("set", "registryS3SecretKey", "--stack", "hetzner-gesis", "--file", passwordFile);
    passphrase = file("nobody", "somebody without access");
    const { code, stdout } = await secrets("check");
    passphrase = oldPassphrase;
    expect(code).toBe(1);
    expect(stdout).toContain(
      "the same credential is on bids-ovh registryS3SecretKey and hetzner-gesis registryS3SecretKey",
    );
    expect(stdout).toContain("npx mybinder secrets rotate registryS3SecretKey --stack hetzner-gesis");
    await secrets(
      "set",
      "registryS3SecretKey",
      "--stack",
      "hetzner-gesis",
      "--file",
      file("other", randomBytes(20).toString("hex")),
    );
    expect((await secrets("check")).code).toBe(0);
  }, 120_000);

  test("a secret inside of an override is found, and a preview of it ends without showing it", async () => {
    const stackFile = join(copy.root, "Pulumi.hetzner-gesis.yaml");
    const before = readFileSync(stackFile, "utf8");
    const reason = "  mybinder:overrides: [{reason: as the test wants it, values: {grafana: {own: {}}}}]\n";
    writeFileSync(stackFile, before.replace(/^config:\n/m, `config:\n${reason}`));
    const key = "mybinder:overrides[0].values.grafana.own.word";
    const set = await pulumi(
      ["config", "set", "--secret", "--path", key, "--stack", "hetzner-gesis"],
      password,
    );
    const preview = await pulumi(["preview", "--stack", "hetzner-gesis"]);
    const check = await secrets("check");
    writeFileSync(stackFile, before);
    expect(set.code).toBe(0);
    expect(preview.code).not.toBe(0);
    expect(preview.stdout + preview.stderr).toContain(
      "mybinder:overrides: is encrypted, but would lie in clear in the state",
    );
    expect(check).toMatchObject({ code: 1 });
    expect(check.stdout).toContain(`${key} is encrypted`);
    expect(preview.stdout + preview.stderr + check.stdout + check.stderr).not.toContain(password);
  }, 120_000);

  test("the mark of a rotation outlives Pulumi's own edits of the file", async () => {
    expect((await secrets("rotate", "proxy-token", "--stack", "bids-ovh")).code).toBe(0);
    await pulumi(["config", "set", "monitoring", '{"prometheusSize": "21Gi"}', "--stack", "bids-ovh"]);
    const day = new Date().toISOString().slice(0, 10);
    expect(readStackFile(copy.root, "bids-ovh")?.["secretRotations"]).toEqual({ "proxy-token": day });
    expect((await secrets("list", "bids-ovh")).stdout).toMatch(/proxy-token +generated +0 days old/);
  }, 120_000);

  test("access is taken away: a new passphrase, the old one decrypts nothing, the records follow, the rest is listed", async () => {
    const before = records("bids-ovh");
    const change = ["stack", "change-secrets-provider", "passphrase", "--stack", "bids-ovh"];
    expect((await pulumi(change, readFileSync(newPassphrase, "utf8") + "\n")).code).toBe(0);
    const stale = await secrets("check");
    expect(stale.stdout).toContain(
      "has a record of another value of mybinder:registryS3SecretKey: it was encrypted anew since",
    );
    const refused = await secrets("record", "--stack", "bids-ovh");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(
      "pulumi did not decrypt the secrets of bids-ovh: error: incorrect passphrase",
    );

    passphrase = newPassphrase;
    expect((await secrets("record", "--stack", "bids-ovh")).code).toBe(0);
    expect(records("bids-ovh")["registryS3SecretKey"]?.credentials).toEqual(
      before["registryS3SecretKey"]?.credentials,
    );
    expect((await secrets("check")).code).toBe(0);
    const { stdout } = await secrets("revoke-list", "--stack", "bids-ovh", "--json");
    const { credentials } = JSON.parse(stdout) as { credentials: { key: string }[] };
    const keys = credentials.map(({ key }) => key);
    expect(keys).toEqual(
      expect.arrayContaining(["registryS3SecretKey", "hub-cookie-secret", "harbor-admin"]),
    );
    expect(keys).not.toContain("registryS3AccessKey");
  }, 120_000);

  test("a value that is too long for Pulumi is refused before it is set", async () => {
    const rules = { rules: { bannedCommandStrings: [randomBytes(150_000).toString("base64")] } };
    const { code, stderr } = await secrets(
      "set",
      "cryptnonoRules",
      "--stack",
      "bids-ovh",
      "--file",
      file("rules", JSON.stringify(rules)),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/the configuration of bids-ovh would have \d+ bytes.*nothing was set/);
    expect(readStackFile(copy.root, "bids-ovh")?.["cryptnonoRules"]).toBeUndefined();
  }, 120_000);
});
