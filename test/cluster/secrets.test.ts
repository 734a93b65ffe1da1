import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import { PLACEHOLDER, givenSecrets } from "../../secret/given";
import { secretsOf } from "../../secret/catalogue";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { generateRandom } from "../../tools/lab/rehearse/randomValues";
import { toStderr } from "../../tools/ground/terminal/report";
import { run } from "../../tools/ground/terminal/run";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { canariesIn, type Canary } from "../support/canaries";
import { projectCopy } from "../support/projectCopy";
import { requireReal } from "../support/real";
import { type Ended, runCommand } from "../support/runTool";

/*
 * A rehearsal with a canary in every secret: the one word of the placeholders is another one in this copy of the project,
 * and all else is as it is. Looked at: all that is printed, every file that is left, and the arguments and environment of
 * every program that was started. The values of lists of addresses are public test networks and no canaries here.
 */

const WORD = "CANARY7f3a9c";
const STACKS = ["local", "hetzner-2i2c"] as const;
const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;

real("mybinder rehearse with canaries", () => {
  const state = mkdtempSync(join(tmpdir(), "mybinder-canaries-"));
  const spawns = join(state, "spawns.jsonl");
  const copy = projectCopy({
    "Pulumi.refused.yaml": [
      readFileSync(join(__dirname, "..", "..", "Pulumi.local.yaml"), "utf8"),
      "  mybinder:overrides:",
      "    - {reason: the Secret is to be refused, values: {logAlerter: {secretName: Refused_Name}}}",
      "",
    ]
      .join("\n")
      .replace("name: local,", "name: refused,")
      .replaceAll("mybinder.localhost", "refused.localhost"),
  });
  const env = {
    MYBINDER_STATE: state,
    MYBINDER_CACHE: environment().cache,
    NODE_OPTIONS: `--require=${join(__dirname, "..", "support", "recordSpawns.js")}`,
    RECORD_SPAWNS: spawns,
  };
  const rehearse = (...args: string[]): Promise<Ended> =>
    runCommand(copy.root, ["rehearse", "--charts", "stand-ins", ...args], env).ended;
  const given: Canary[] = givenSecrets
    .filter(({ placeholder }) => placeholder.includes(PLACEHOLDER))
    .map(({ key }) => ({ key, text: `${WORD}-${key}` }));
  const drawn = (stack: string): Canary[] => {
    const seed = readFileSync(join(state, "control-planes", stack, "rehearsal.seed"), "utf8");
    const { config } = loadStackFile(stack).stack;
    return secretsOf(config).flatMap((secret) => {
      if (secret.source === "given") return [];
      const key = `${secret.key} of ${stack}`;
      if (secret.shape === "keyPair") return [{ key, text: privateKey(stack, secret.key) }];
      const type = secret.shape === "hex" ? "randomBytes:RandomBytes" : "randomPassword:RandomPassword";
      const value = generateRandom(seed, `random:index/${type}`, secret.key, { length: secret.length });
      return [{ key, text: String(value["hex"] ?? value["result"]) }];
    });
  };
  /** A line of a key pair's private half, from the file in which a rehearsal keeps what its local commands printed. */
  const privateKey = (stack: string, name: string): string => {
    const file = join(state, "control-planes", stack, "rehearsal.commands");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const kept = JSON.parse(readFileSync(file, "utf8")) as Record<string, { stdout: string }>;
    const printed = Object.entries(kept).find(([command]) => command.startsWith(`${name} `))?.[1].stdout;
    const line = (JSON.parse(printed ?? "{}") as { key?: string }).key?.split("\n")[2] ?? "";
    expect(line).toMatch(/^[A-Za-z0-9+/]{64}$/);
    return line;
  };

  beforeAll(async () => {
    await ensureToolchain({ environment: environment(), report: toStderr });
    const file = join(copy.root, "secret", "given.ts");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(`PLACEHOLDER = "${PLACEHOLDER}"`, `PLACEHOLDER = "${WORD}"`));
    expect(readFileSync(file, "utf8")).not.toBe(text);
  }, 900_000);
  afterAll(async () => {
    await runCommand(copy.root, ["local", "down", "--all"], env).ended;
    copy.remove();
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  test("no canary is printed, left in a file, or given to a program as an argument or in its environment", async () => {
    const json = await rehearse(...STACKS, "--keep", "--json");
    expect(json).toMatchObject({ code: 0 });
    const again = await rehearse("local", "--keep");
    expect(again).toMatchObject({ code: 0 });
    const canaries = [...given, ...STACKS.flatMap(drawn)];
    expect(canaries.length).toBeGreaterThan(20);

    // The canaries did get there: helm's own record of the release, in the cluster, holds them.
    const release = await helmValues("local");
    expect(canariesIn(release, canaries)).toEqual(
      expect.arrayContaining([
        "zulip",
        "bannedSpecs",
        "hub-cookie-secret of local",
        "grafana-admin of local",
      ]),
    );

    const printed = [json, again].map(({ stdout, stderr }) => `${stdout}${stderr}`).join("");
    expect(canariesIn(printed, canaries)).toEqual([]);
    const started = readFileSync(spawns, "utf8");
    expect(started).toMatch(/"file":"[^"]*\/helm","args":\["[^"]*\/helm","--kubeconfig"[^\n]*"upgrade"/);
    expect(started).toMatch(/"file":"[^"]*\/kubectl"[^\n]*"apply"/);
    expect(canariesIn(started, canaries)).toEqual([]);
    const left = files(copy.root).concat(files(state));
    expect(left.some((file) => file.includes(".build"))).toBe(true);
    const holding = left.filter((file) => canariesIn(readFileSync(file, "latin1"), canaries).length > 0);
    // The data of the cluster itself are in etcd; what local commands printed is kept beside them, and goes with them.
    expect(holding.filter((file) => !/\/(etcd|data)\/|\/rehearsal\.commands$/.test(file))).toEqual([]);
  }, 300_000);

  test("an object with secrets that the API server refuses is shown without them", async () => {
    const { code, stdout, stderr } = await rehearse("refused");
    expect(code).toBe(1);
    expect(stdout).toContain('Secret "Refused_Name" is invalid');
    expect(stdout).toContain("(hidden)");
    expect(canariesIn(`${stdout}${stderr}`, given)).toEqual([]);
  }, 300_000);

  async function helmValues(stack: string): Promise<string> {
    const { helm } = await ensureToolchain({ environment: environment(), report: toStderr, only: ["helm"] });
    const kubeconfig = join(state, "control-planes", stack, "kubeconfig");
    const { stdout } = await run(helm, [
      "get",
      "values",
      stack,
      "--namespace",
      stack,
      "--kubeconfig",
      kubeconfig,
      "--output",
      "json",
    ]);
    return stdout;
  }
});

/** Every file below a folder but what is the same in every copy. */
function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return entry.isFile() && statSync(path).size < 64 * 2 ** 20 ? [path] : [];
  });
}
