import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackFile } from "../../model/stack/stackFiles";
import { secretFile } from "../../secret/kept";
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

  describe("the secret that a federation shares", () => {
    const HEX = /^[0-9a-f]{64}$/;
    const share = (...args: string[]): Promise<Ended> =>
      secrets("share", "buildTokenSecret", "--stack", ...args);
    const rotate = async (): Promise<string[]> => {
      const { code, stdout, stderr } = await secrets(
        "rotate",
        "buildTokenSecret",
        "--stack",
        "bids-ovh",
        "--json",
      );
      if (code !== 0) throw new Error(stderr);
      return (JSON.parse(stdout) as { steps: string[] }).steps;
    };
    const valueOf = async (stack: string): Promise<string> =>
      (await pulumi(["config", "get", "buildTokenSecret", "--stack", stack])).stdout.trim();
    const values = async (): Promise<string[]> => [await valueOf("bids-ovh"), await valueOf("hetzner-gesis")];
    const setTo = (stack: string, value: string): Promise<Ended> =>
      secrets("set", "buildTokenSecret", "--stack", stack, "--file", file("value", value));

    test("is given to every member that has a provider, without being shown; check is content", async () => {
      const ended = await share("prod");
      expect(ended).toMatchObject({ code: 0 });
      const [bids = "", gesis = ""] = await values();
      expect(bids).toMatch(HEX);
      expect(gesis).toBe(bids);
      expect(ended.stderr).toContain("hetzner-2i2c has no secrets provider yet");
      expect(ended.stdout).toContain("pulumi up --stack hetzner-gesis");
      expect(`${ended.stdout}${ended.stderr}`).not.toContain(bids);
      expect(readFileSync(join(base, "spawns.jsonl"), "utf8")).not.toContain(bids);
      expect(await secrets("check")).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
      expect((await share("bids-ovh")).stdout).toBe(
        "bids-ovh, hetzner-gesis: all already have the same buildTokenSecret\n",
      );
      expect(await values()).toEqual([bids, bids]);
    }, 120_000);

    test("that differs, or is on some members alone, fails the check, and the printed fix clears it", async () => {
      const [kept = ""] = await values();
      await setTo("hetzner-gesis", "d".repeat(32) + "0123456789abcdef".repeat(2));
      const differs = await secrets("check");
      expect(differs.code).toBe(1);
      expect(differs.stdout).toContain(
        "buildTokenSecret differs within a federation: on bids-ovh, and on the other side hetzner-gesis; each refuses",
      );
      const refused = await share("bids-ovh");
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      expect(refused.stderr).toContain("share buildTokenSecret --stack bids-ovh --from MEMBER");
      expect((await share("bids-ovh", "--from", "bids-ovh")).code).toBe(0);
      expect(await values()).toEqual([kept, kept]);

      await pulumi(["config", "rm", "buildTokenSecret", "--stack", "hetzner-gesis"]);
      await secrets("record", "--stack", "hetzner-gesis");
      const lacks = await secrets("check");
      expect(lacks.stdout).toBe(
        "Pulumi.hetzner-gesis.yaml: buildTokenSecret is on bids-ovh of the same federation, and not on hetzner-gesis\n" +
          "  npx mybinder secrets share buildTokenSecret --stack bids-ovh\n",
      );
      await share("bids-ovh");
      expect((await secrets("check")).code).toBe(0);
    }, 180_000);

    test("is rotated in three steps on all members; one that stopped half-way is gone on with", async () => {
      const [old = ""] = await values();
      const first = await rotate();
      expect(first.slice(0, 2)).toEqual([
        expect.stringContaining("pulumi up --stack bids-ovh"),
        expect.stringContaining("pulumi up --stack hetzner-gesis"),
      ]);
      const [both = ""] = await values();
      const [, next = ""] = /^[0-9a-f]{64} next:([0-9a-f]{64})$/.exec(both) ?? [];
      expect(await values()).toEqual([`${old} next:${next}`, `${old} next:${next}`]);
      expect(await secrets("check")).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(
          /^a rotation of buildTokenSecret has been running on bids-ovh and hetzner-gesis since .*: npx mybinder secrets rotate buildTokenSecret --stack bids-ovh\n$/,
        ) as string,
      });

      await setTo("bids-ovh", `${next} previous:${old}`);
      expect((await share("bids-ovh")).stderr).toContain("A rotation stopped halfway");
      const second = await rotate();
      expect(await values()).toEqual([`${next} previous:${old}`, `${next} previous:${old}`]);
      expect(second.at(-1)).toBe(
        "an hour after the last of these deploys: npx mybinder secrets rotate buildTokenSecret --stack bids-ovh",
      );
      await rotate();
      expect(await values()).toEqual([next, next]);
      expect(await secrets("check")).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    }, 180_000);

    test("is refused on a stack of another federation, and drawn where a stack has no other member", async () => {
      const ended = await secrets("share", "buildTokenSecret", "--stack", "staging");
      expect(ended).toMatchObject({ code: 2, stdout: "" });
      expect(ended.stderr).toContain("staging does not use buildTokenSecret");
      expect((await secrets("share", "registryS3SecretKey", "--stack", "bids-ovh")).stderr).toContain(
        "registryS3SecretKey is not shared: each stack has its own",
      );
    }, 120_000);
  });

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
      "mybinder:overrides: found an encrypted value, but this key's value is stored in clear in Pulumi's state",
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
      "the record of mybinder:registryS3SecretKey does not match its value, which was encrypted again since",
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

  test("cryptnono's rules of twice their present size fit, in a file; its loss and a change of it are found", async () => {
    const rules = { rules: { bannedCommandStrings: [randomBytes(270_000).toString("base64")] } };
    const set = ["set", "cryptnonoRules", "--stack", "bids-ovh", "--file"];
    expect(await secrets(...set, file("rules", JSON.stringify(rules)))).toMatchObject({ code: 0 });
    expect((await secrets("check")).stdout).toBe("");
    const beside = join(copy.root, secretFile("bids-ovh", "cryptnonoRules"));
    const whole = readFileSync(beside, "utf8");
    writeFileSync(
      beside,
      whole.replace(/^./, (first) => (first === "A" ? "B" : "A")),
    );
    expect((await secrets("check")).stdout).toContain(
      "Pulumi.bids-ovh.cryptnonoRules.enc: mybinder:cryptnonoRules of bids-ovh is in this file, which is missing or holds another value",
    );
    expect((await secrets("record", "--stack", "bids-ovh")).stderr).toContain(
      "cryptnonoRules of bids-ovh is in Pulumi.bids-ovh.cryptnonoRules.enc, which is missing or does not belong",
    );
    writeFileSync(beside, whole);
    expect((await secrets("record", "--stack", "bids-ovh")).code).toBe(0);
    expect((await secrets("check")).stdout).toBe("");
    // Pulumi starts the program with it; that then misses other secrets
    await pulumi(["config", "rm", "monitoring", "--stack", "bids-ovh"]);
    const preview = await pulumi(["preview", "--stack", "bids-ovh"]);
    expect(preview.stdout + preview.stderr).toContain("stack bids-ovh: 3 secrets are not set");

    expect(
      await secrets(
        ...set,
        file("few", "{few: {bannedCommandStrings: [xmrig], allowedCommandPatterns: [^a]}}"),
      ),
    ).toMatchObject({ code: 0 });
    expect(existsSync(beside)).toBe(false);
    expect((await secrets("check")).stdout).toBe("");
    writeFileSync(beside, whole);
    expect((await secrets("check")).stdout).toContain(
      "Pulumi.bids-ovh.yaml does not refer to this file for mybinder:cryptnonoRules",
    );
    rmSync(beside);
  }, 240_000);

  test("a configuration that Pulumi cannot hand to the program is named by every command, with its size", async () => {
    const stackFile = join(copy.root, "Pulumi.bids-ovh.yaml");
    const before = readFileSync(stackFile, "utf8");
    const overridden = (bytes: number): string => {
      const values = JSON.stringify({ grafana: { long: "x".repeat(bytes) } });
      const overrides = `  mybinder:overrides: [{reason: as the test wants it, values: ${values}}]\n`;
      return before.replace(/^config:\n/m, `config:\n${overrides}`);
    };
    const previewOf = async (bytes: number): Promise<string> => {
      writeFileSync(stackFile, overridden(bytes));
      const { stdout, stderr } = await pulumi(["preview", "--stack", "bids-ovh"]);
      return stdout + stderr;
    };
    // below the limit the program is started, and misses secrets
    expect(await previewOf(118_000)).toContain("stack bids-ovh: 3 secrets are not set");
    expect(await previewOf(175_000)).toContain("argument list too long");
    const check = await secrets("check");
    writeFileSync(stackFile, before);
    expect(check).toMatchObject({ code: 2, stdout: "" });
    expect(check.stderr).toMatch(
      /the configuration of stack bids-ovh has 17\d{4} bytes, but Pulumi cannot start the program with more than 122880; largest keys: mybinder:overrides 175\d{3}, /,
    );
  }, 120_000);
});
