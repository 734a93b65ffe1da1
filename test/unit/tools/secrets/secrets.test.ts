import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { checkShape, givenSecret } from "../../../../tools/secrets/shape";
import { projectCopy } from "../../../support/projectCopy";

test.each([
  ["kubeconfig", "apiVersion: v1\nkind: Config\nclusters: []\nusers: []\n"],
  ["registryPassword", "q7Zr0vXcK2mPw9LtYb4NsHdG"],
  ["registryUsername", "robot"],
  ["bannedIngress", "[192.0.2.1]"],
])("%s takes a value of its shape", (key, value) => {
  expect(() => {
    checkShape(givenSecret(key), value);
  }).not.toThrow();
});

test.each([
  ["registryPassword", "  \n", "the value of registryPassword is refused: it is empty; nothing was set"],
  [
    "registryPassword",
    "hunter2",
    "the value of registryPassword is refused: it could be guessed (about 19 bits, at least 80 are wanted); let a machine make it; nothing was set",
  ],
  [
    "kubeconfig",
    "hunter2",
    "the value of kubeconfig is refused: it has to be a kubeconfig with clusters and users; nothing was set",
  ],
])("%s refuses a value of another shape, without showing it", (key, value, message) => {
  expect(() => {
    checkShape(givenSecret(key), value);
  }).toThrow(message);
});

test("a key that is generated, or none, is refused with the keys that are set", () => {
  expect(() => givenSecret("harbor-admin")).toThrow(
    /^harbor-admin is generated and kept in the stack's state; secrets that are set: kubeconfig, /,
  );
  expect(() => givenSecret("kubeconfg")).toThrow(/^there is no secret kubeconfg; /);
});

describe("the command line", () => {
  const copy = projectCopy();
  afterAll(copy.remove);
  const secrets = (...args: string[]): { code: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(copy.root, "tools", "mybinder.mjs"), "secrets", ...args],
      { encoding: "utf8" },
    );
    return { code: status, stdout, stderr };
  };

  test("list tells what is set, missing, unused and in plain text; check fails for the last two", () => {
    expect(secrets("check")).toEqual({ code: 0, stdout: "", stderr: "" });
    appendFileSync(
      join(copy.root, "Pulumi.bids-ovh.yaml"),
      "  mybinder:registryPassword: hunter2\n  mybinder:zulip: {secure: AAAA}\n",
    );
    appendFileSync(join(copy.root, "Pulumi.prod.yaml"), "  mybinder:registryPassword: {secure: AAAA}\n");
    const rows = JSON.parse(secrets("list", "bids-ovh", "prod", "--json").stdout) as {
      stack: string;
      key: string;
      state: string;
    }[];
    const state = (stack: string, key: string): string | undefined =>
      rows.find((row) => row.stack === stack && row.key === key)?.state;
    expect(state("bids-ovh", "registryPassword")).toBe("plain text");
    expect(state("bids-ovh", "zulip")).toBe("set");
    expect(state("bids-ovh", "registryUsername")).toBe("missing");
    expect(state("bids-ovh", "harbor-admin")).toBe("generated");
    expect(state("prod", "registryPassword")).toBe("unused");
    expect(state("prod", "harbor-admin")).toBeUndefined();

    const { code, stdout, stderr } = secrets("check");
    expect(code).toBe(1);
    expect(stdout).toContain(
      "Pulumi.bids-ovh.yaml: mybinder:registryPassword is plain text\n  everybody who has",
    );
    expect(stdout).toContain(
      "Pulumi.prod.yaml: mybinder:registryPassword is unused\n  revoke it, then: pulumi config rm",
    );
    expect(stdout).toContain("Pulumi.bids-ovh.yaml: has no record of mybinder:zulip");
    expect(stdout).toContain(
      "Pulumi.bids-ovh.yaml: secrets are encrypted with nothing that the file names, wanted: gcpkms:",
    );
    expect(stderr).toBe("6 problems with the secrets; each line above is followed by what mends it\n");
    expect(`${stdout}${stderr}`).not.toContain("hunter2");
  });

  test("missing lists each with its command and exits with 1; a stack without gaps exits with 0", () => {
    const { code, stdout } = secrets("missing", "staging");
    expect(code).toBe(1);
    expect(stdout).toContain("npx mybinder secrets set registryUsername --stack staging --file FILE");
    expect(secrets("missing", "local")).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
