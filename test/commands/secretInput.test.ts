import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectCopy } from "../support/projectCopy";

/* What happens to a secret on its way in: on a real terminal (script, util-linux) with a real shell, and from files. */

const copy = projectCopy();
const folder = mkdtempSync(join(tmpdir(), "mybinder-input-"));
afterAll(() => {
  copy.remove();
  rmSync(folder, { recursive: true });
});
const cli = join(copy.root, "tools", "mybinder.mjs");

const shells: ChildProcess[] = [];
afterEach(() => {
  for (const shell of shells.splice(0)) shell.kill("SIGKILL");
});

/** An interactive shell on a terminal of its own. */
function terminal(): {
  type: (text: string) => boolean;
  sees: (text: RegExp) => Promise<string>;
} {
  const child = spawn(
    "script",
    ["--quiet", "--return", "--command", "bash --norc --noprofile -i", "/dev/null"],
    {
      cwd: copy.root,
      env: { ...process.env, PS1: "$ ", HISTFILE: join(folder, "history"), TERM: "dumb" },
    },
  );
  shells.push(child);
  let seen = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (seen += text));
  return {
    type: (text) => child.stdin.write(text),
    sees: async (text) => {
      for (let tries = 0; tries < 300; tries++) {
        if (text.test(seen)) {
          const all = seen;
          seen = "";
          return all;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`never saw ${String(text)} in: ${seen}`);
    },
  };
}

test("a paste with several lines at the prompt is taken whole and refused: the shell runs none of it", async () => {
  const shell = terminal();
  const pwned = join(folder, "pwned");
  shell.type(`node ${cli} secrets set registryPassword --stack staging\n`);
  await shell.sees(/registryPassword \(not shown\): /);
  shell.type(`first-line-of-a-secret\ntouch ${pwned}\nthird-line-of-a-secret\n`);
  const seen = await shell.sees(/nothing was set/);
  expect(seen).toContain("several lines were pasted, and registryPassword has one");
  shell.type("history; echo done-$((40 + 2))\n");
  const history = await shell.sees(/done-42/);
  expect(existsSync(pwned)).toBe(false);
  expect(`${seen}${history}`).not.toMatch(/first-line|third-line|pwned/);
});

test.each([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
])("%s at the prompt ends in one line, and the terminal echoes again", async (_, key) => {
  const shell = terminal();
  shell.type(`node ${cli} secrets set registryPassword --stack staging\n`);
  await shell.sees(/\(not shown\): /);
  shell.type(`half${key}`);
  const seen = await shell.sees(/the prompt for registryPassword was interrupted/);
  expect(seen).not.toMatch(/half|\n\s+at /);
  shell.type("echo visible-word\n");
  expect(await shell.sees(/\nvisible-word/)).toContain("echo visible-word");
});

test("a secret with several lines is not asked for at a prompt", async () => {
  const shell = terminal();
  shell.type(`node ${cli} secrets set kubeconfig --stack staging\n`);
  await shell.sees(/kubeconfig may have several lines: give it with --file FILE, or with < FILE/);
});

const set = (bytes: Buffer): { status: number | null; stderr: string } => {
  const file = join(folder, "value");
  writeFileSync(file, bytes);
  return spawnSync(
    process.execPath,
    [cli, "secrets", "set", "registryPassword", "--stack", "staging", "--file", file],
    {
      encoding: "utf8",
    },
  );
};

test.each([
  ["a NUL byte", Buffer.from("long-enough-password\0and-more"), /contains a NUL byte/],
  ["broken UTF-8", Buffer.from([0x70, 0x61, 0x73, 0x73, 0xc3, 0x28, 0xff, 0xfe]), /is not UTF-8/],
])("a value with %s is refused, not changed", (_, bytes, message) => {
  const { status, stderr } = set(bytes);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain("long-enough");
});

test.each(["-f/etc/hostname", "--help", "a b", "$(touch x)", "host\nname"])(
  "members add asks no program about the host %j",
  (host) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [cli, "members", "add", "newest", "--domain", "n.example.org", `--host=${host}`, "--memory", "64"],
      { encoding: "utf8" },
    );
    expect(status).toBe(2);
    expect(stderr).toContain(
      `--host: found ${JSON.stringify(host)}; allowed: a host name or an IPv4 address`,
    );
  },
);
