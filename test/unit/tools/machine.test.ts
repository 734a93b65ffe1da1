import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../../../tools/root";

/* What `mybinder machine` says when there is nothing to reach; what it does on a machine, test/live/k3s shows. */

const machine = (...args: string[]): { status: number | null; stderr: string } =>
  spawnSync(process.execPath, [join(ROOT, "tools", "mybinder.mjs"), "machine", ...args], {
    encoding: "utf8",
  });

test.each(["check", "apply"])("%s of a stack without a machine says so", (command) => {
  expect(machine(command, "prod")).toMatchObject({
    status: 2,
    stderr: "stack prod has no machine that is managed over SSH (cluster.kind k3s, managed)\n",
  });
});

test("check of a stack that is not there names those that are", () => {
  expect(machine("check", "nowhere")).toMatchObject({ status: 2 });
});
