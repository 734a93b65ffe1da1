import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectCopy } from "../../support/projectCopy";
import { type Ended, runCommand } from "../../support/runTool";

/* The command line on a copy of the project, as git sees it. */

const HOST_KEY =
  "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBD01mfVSZPGl4fic7Oyka7UkxHeoVb+btd17Mv/ISSQaIqKiaI2DefC94VRCLEhZONf5HMq3NGSa4fJJxd5+idY=";
const copy = projectCopy({ ".gitignore": "node_modules\n.build\nbin\n" });
const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.org", ...args], {
    cwd: copy.root,
    encoding: "utf8",
  });
const mybinder = (...args: string[]): Promise<Ended> =>
  runCommand(copy.root, args, { PATH: `${join(copy.root, "bin")}:${process.env["PATH"] ?? ""}` }).ended;

beforeAll(() => {
  execFileSync("mkdir", [join(copy.root, "bin")]);
  // ssh-keyscan of a machine that answers
  writeFileSync(join(copy.root, "bin", "ssh-keyscan"), `#!/bin/sh\necho "$6 ${HOST_KEY}"\n`, { mode: 0o755 });
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "before");
});
afterAll(() => {
  copy.remove();
});

test("add with three options edits two files, and CI's matrix has the member; remove gives both back", async () => {
  const before = JSON.parse((await mybinder("stacks", "--active", "--json")).stdout) as { stack: string }[];
  const added = await mybinder(
    ...[
      "members",
      "add",
      "new-member",
      "--domain",
      "new.mybinder.org",
      "--host",
      "192.0.2.7",
      "--memory",
      "64",
    ],
  );
  expect(added).toMatchObject({ code: 0, stderr: "" });
  expect(git("status", "--porcelain").trim().split("\n")).toEqual([
    "M Pulumi.prod.yaml",
    "?? Pulumi.new-member.yaml",
  ]);
  expect(git("diff", "--numstat").trim()).toBe("1\t0\tPulumi.prod.yaml");
  expect(added.stdout).toMatch(/1\. Check the assumptions[^]*SHA256:[^]*16 CPUs[^]*450 GiB/);
  expect(added.stdout).toContain(
    "DNS: A new.mybinder.org -> 192.0.2.7, and A *.new.mybinder.org -> 192.0.2.7",
  );
  const after = JSON.parse((await mybinder("stacks", "--active", "--json")).stdout) as { stack: string }[];
  expect(after.map(({ stack }) => stack)).toEqual([...before.map(({ stack }) => stack), "new-member"].sort());

  // a long secret of the member, in a file beside
  writeFileSync(join(copy.root, "Pulumi.new-member.cryptnonoRules.enc"), "AAAA\n");
  expect(await mybinder("members", "remove", "new-member")).toMatchObject({ code: 0, stderr: "" });
  expect(git("status", "--porcelain")).toBe("");
}, 60_000);

test("a paused member is left out of the matrix, and of the traffic, and nothing else is edited", async () => {
  expect(await mybinder("members", "lifecycle", "bids-ovh", "paused")).toMatchObject({ code: 0, stderr: "" });
  expect(git("diff", "--numstat").trim()).toBe("1\t0\tPulumi.bids-ovh.yaml");
  const active = JSON.parse((await mybinder("stacks", "--active", "--json")).stdout) as { stack: string }[];
  expect(active.map(({ stack }) => stack)).not.toContain("bids-ovh");
  expect((await mybinder("stacks")).stdout).toMatch(/^bids-ovh +member +paused +bids\.mybinder\.org$/m);
  expect((await mybinder("traffic", "show")).stdout).toMatch(
    /^bids-ovh +0 +0 +60 +drained +mybinder:lifecycle of Pulumi\.bids-ovh\.yaml$/m,
  );
  const undrain = await mybinder("traffic", "undrain", "bids-ovh", "--no-apply");
  expect(undrain.code).toBe(2);
  expect(undrain.stderr).toMatch(/it is paused .*npx mybinder members lifecycle bids-ovh active/);
  git("checkout", "--quiet", ".");
}, 60_000);

test("a member whose own sums do not work out blocks no other stack, nor the proxy's deploy", async () => {
  const file = join(copy.root, "Pulumi.bids-ovh.yaml");
  execFileSync("sed", ["-i", "s/quota: 60/quota: 6000/", file]);
  expect(await mybinder("traffic", "show", "--json")).toMatchObject({ code: 0, stderr: "" });
  expect(await mybinder("diff", "--stacks", "staging", "prod")).toMatchObject({ code: 0, stderr: "" });
  expect(await mybinder("stacks", "--active", "--json")).toMatchObject({ code: 0, stderr: "" });
  git("checkout", "--quiet", ".");
}, 60_000);

test("of options that go together, one alone is refused before anything is written", async () => {
  const { code, stderr } = await mybinder(
    ...["members", "add", "x", "--domain", "x.example.org", "--host", "192.0.2.7", "--memory", "64"],
    ...["--bucket", "b"],
  );
  expect([code, stderr.trim()]).toEqual([2, "--bucket and --endpoint go together"]);
  expect(git("status", "--porcelain")).toBe("");
}, 60_000);
