import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { publicMirrorKey } from "../../model/member/mirrorKey";
import { projectCopy } from "../support/projectCopy";

const copy = projectCopy();
afterAll(copy.remove);

/** Stands in for Pulumi: keeps what it was told, and on which way. */
const bin = join(copy.root, "bin");
mkdirSync(bin);
writeFileSync(
  join(bin, "pulumi"),
  `#!/bin/sh\necho "$@" > ${bin}/args\ncat > ${bin}/stdin\nexit \${PULUMI_EXIT:-0}\n`,
);
chmodSync(join(bin, "pulumi"), 0o755);

function key(stack: string, env: Record<string, string> = {}): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(copy.root, "tools", "mybinder.mjs"), "registry", "key", "--stack", stack],
    { encoding: "utf8", env: { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}`, ...env } },
  );
  return { code: status, text: `${stdout}${stderr}` };
}
const file = (stack: string): string => readFileSync(join(copy.root, `Pulumi.${stack}.yaml`), "utf8");

test("the private half goes to Pulumi on its standard input, the public half into the stack file", () => {
  const before = file("hetzner-gesis");
  const { code, text } = key("hetzner-gesis");
  expect({ code, text }).toMatchObject({ code: 0 });
  const secret = readFileSync(join(bin, "stdin"), "utf8");
  const { config } = parse(file("hetzner-gesis")) as {
    config: { "mybinder:registry": { mirrorKey: string } };
  };
  expect(config["mybinder:registry"].mirrorKey).toBe(publicMirrorKey(secret));
  expect(readFileSync(join(bin, "args"), "utf8")).toContain(
    "config set --secret registryMirrorKey --stack hetzner-gesis",
  );
  for (const seen of [readFileSync(join(bin, "args"), "utf8"), text, file("hetzner-gesis")]) {
    expect(seen).not.toContain(secret);
  }
  const left = before.split("\n").filter((line) => !file("hetzner-gesis").includes(line));
  expect(left).toEqual([]);
});

test("a stack without a Harbor is refused, and where Pulumi refuses nothing is written", () => {
  expect(key("staging")).toEqual({
    code: 2,
    text: "stack staging has no Harbor, so it has no mirrors; mirrors need registry.kind harbor\n",
  });
  const before = file("bids-ovh");
  expect(key("bids-ovh", { PULUMI_EXIT: "1" })).toMatchObject({ code: 1 });
  expect(file("bids-ovh")).toBe(before);
});
