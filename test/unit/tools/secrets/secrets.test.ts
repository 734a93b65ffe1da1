import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { checkShape, givenSecret } from "../../../../tools/secrets/shape";
import { projectCopy } from "../../../support/projectCopy";

test.each([
  ["kubeconfig", "apiVersion: v1\nkind: Config\n"],
  ["registryPassword", "anything"],
  ["eventsServiceAccount", '{"type": "service_account"}'],
  ["bannedIngress", "[192.0.2.1]"],
])("%s takes a value of its shape", (key, value) => {
  expect(() => {
    checkShape(givenSecret(key), value);
  }).not.toThrow();
});

test.each([
  ["registryPassword", "  \n", "the value of registryPassword is empty; nothing was set"],
  [
    "kubeconfig",
    "hunter2",
    "the value of kubeconfig is plain text; it has to be a YAML or JSON map; nothing was set",
  ],
  [
    "bannedIngress",
    "{a: 1}",
    "the value of bannedIngress is a YAML or JSON map; it has to be a YAML list; nothing was set",
  ],
  [
    "zulip",
    "{a: [",
    "the value of zulip is not readable as YAML; it has to be a YAML or JSON map; nothing was set",
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
    expect(stdout).toBe(
      "Pulumi.bids-ovh.yaml: mybinder:registryPassword is plain text\nPulumi.prod.yaml: mybinder:registryPassword is unused\n",
    );
    expect(stderr).toContain("revoke it, then set a new one");
    expect(`${stdout}${stderr}`).not.toContain("hunter2");
  });

  test("missing lists each with its command and exits with 1; a stack without gaps exits with 0", () => {
    const { code, stdout } = secrets("missing", "staging");
    expect(code).toBe(1);
    expect(stdout).toContain("npx mybinder secrets set registryUsername --stack staging --file FILE");
    expect(secrets("missing", "local")).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
