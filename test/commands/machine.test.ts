import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/ground/root";
import { projectCopy } from "../support/projectCopy";

/* What `mybinder machine` says when there is nothing to reach; what it does on a machine, test/live/k3s shows. */

const machine = (...args: string[]): { status: number | null; stderr: string } =>
  spawnSync(process.execPath, [join(ROOT, "tools", "mybinder.mjs"), "machine", ...args], {
    encoding: "utf8",
  });

test.each(["check", "apply"])("%s of a stack without a machine says so", (command) => {
  expect(machine(command, "prod")).toMatchObject({
    status: 2,
    stderr: "stack prod has no machine that the program manages over SSH (cluster.kind k3s, managed)\n",
  });
});

test("kubeconfig of a stack that SSH does not reach says so", () => {
  expect(machine("kubeconfig", "prod")).toMatchObject({
    status: 2,
    stderr: "stack prod has no machine that SSH reaches\n",
  });
});

describe("where the machine cannot be reached", () => {
  // Loopback, and a port that nothing listens on: the pinned key and the sequence are the command's.
  let copy: { root: string; remove: () => void };
  beforeAll(() => {
    copy = projectCopy();
    const file = join(copy.root, "Pulumi.staging.yaml");
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text
        .replace("managed: false", "managed: true\n    host: 127.0.0.1\n    sshPort: 1")
        .replace(
          "release: {",
          "snapshots: {s3: {bucket: b, endpoint: 'https://s3.example.org'}}\n    release: {",
        ),
    );
  });
  afterAll(() => {
    copy.remove();
  });
  const inCopy = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [join(copy.root, "tools", "mybinder.mjs"), "machine", ...args], {
      encoding: "utf8",
      cwd: copy.root,
    });

  test.each([
    [
      ["--snapshot", "s-1"],
      /^This would restore the cluster of stack staging from s-1.*Nothing was changed\. To restore, add --yes\n$/,
    ],
    [[], /^no snapshot named: use --snapshot NAME; --list shows the names\n$/],
    [["--yes", "--snapshot", "a b"], /^--snapshot: found "a b"; --list shows the names\n$/],
    [["--yes", "--snapshot", "-rf"], /^--snapshot: found "-rf"; --list shows the names\n$/],
  ])("restore %j does nothing and says why", (args, message) => {
    expect(inCopy("restore", "staging", ...args)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(message) as string,
    });
  });

  test("restore says with which command to go on", () => {
    expect(inCopy("restore", "staging", "--snapshot", "s-1", "--yes")).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /connection to 127\.0\.0\.1 was lost or refused.*To continue: npx mybinder machine restore staging --snapshot s-1 --yes\n$/s,
      ) as string,
    });
  });

  test("kubeconfig of a managed machine names the command that renews it", () => {
    expect(inCopy("kubeconfig", "staging")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("pulumi up --stack staging --replace '**cluster-kubeconfig'") as string,
    });
  });
});

test("check of a stack that is not there names those that are", () => {
  expect(machine("check", "nowhere")).toMatchObject({ status: 2 });
});
