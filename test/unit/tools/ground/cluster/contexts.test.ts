// Proves: every command that reaches a stack's cluster uses the stack's context, since one function alone runs kubectl and helm
// with a kubeconfig, and it takes the context with it; and what needs kubectl alone waits for no helm.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { contextOf } from "../../../../../tools/ground/cluster/clusterChoice";
import { kubectl } from "../../../../../tools/ground/cluster/kubectl";
import { ROOT } from "../../../../../tools/ground/root";
import { silent } from "../../../../../tools/ground/terminal/report";
import { openCluster } from "../../../../../tools/operate/nodes/cluster";
import type { Lab } from "../../../../../tools/ground/cluster/lab";
import { loadStackFile } from "../../../../../tools/ground/stackFile/stacks";

/** Files that run a program with a kubeconfig, or print such a command. */
const ALLOWED = [
  "tools/ground/cluster/kubectl.ts",
  // has the context that the operator named
  "tools/lab/start/context.ts",
  // prints commands of helm too, with the context
  "tools/operate/doctor/cluster/target.ts",
];

test("no other file of tools/ runs a program with a kubeconfig by itself, or prints such a command", () => {
  const files = readdirSync(join(ROOT, "tools"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `tools/${file}`);
  const running = files.filter((file) =>
    /\["--kubeconfig"|"--kubeconfig", kubeconfig|kubectl --kubeconfig \$\{/.test(
      readFileSync(join(ROOT, file), "utf8"),
    ),
  );
  expect(running.filter((file) => !ALLOWED.includes(file))).toEqual([]);
});

test("a cluster of kind existing has the context of its stack file, others the current one", () => {
  const { config } = loadStackFile("hetzner-2i2c").stack;
  expect(contextOf(config)).toBeUndefined();
  expect(contextOf({ cluster: { kind: "existing", pools: {}, context: "lab" } as never })).toBe("lab");
});

test("kubectl gets the context", async () => {
  const access = { kubectl: "echo", kubeconfig: "/k", context: "lab" };
  expect((await kubectl(access, ["get", "pods"])).stdout).toBe("--kubeconfig /k --context lab get pods\n");
});

test("the node tools ask for no helm, which a machine without one would first build", async () => {
  const helm = process.env["MYBINDER_HELM"];
  process.env["MYBINDER_HELM"] = join(ROOT, "no-such-helm");
  const asked: string[] = [];
  const program = (name: string) => (): Promise<string> => {
    asked.push(name);
    return Promise.resolve(name);
  };
  const lab = { helm: program("helm"), kubectl: program("kubectl") } as unknown as Lab;
  try {
    await openCluster({ stack: "local", kubeconfig: join(ROOT, "package.json") }, silent, lab);
  } finally {
    if (helm === undefined) delete process.env["MYBINDER_HELM"];
    else process.env["MYBINDER_HELM"] = helm;
  }
  expect(asked).not.toContain("helm");
});
