import { shapeProblem, shapes } from "../../../secret/shapes";
import { endedFor } from "../../../secret/systemCommands";

test.each([
  ["coredns", "/coredns"],
  ["K3s", "/usr/local/bin/k3s"],
  ["ipykernel_launcher", "python3"],
  ["--mtu=1450", "dockerd"],
])("for %s, cryptnono would end a program of the cluster", (text, program) => {
  expect(endedFor(text)).toContain(program.split("/").at(-1));
});

test.each(["xmrig", "stratum+tcp://", "core", "binder"])(
  "%s ends none: it is in no command line, or within a word",
  (text) => {
    expect(endedFor(text)).toBeUndefined();
  },
);

test("such a rule is refused, without a word of it", () => {
  const problem = shapeProblem(
    shapes["command-rules"],
    "{hunter2: {bannedCommandStrings: [xmrig, coredns]}}",
  );
  expect(problem).toMatch(/without a text that a program of the cluster has/);
  expect(problem).not.toMatch(/hunter2|xmrig/);
  expect(shapeProblem(shapes["command-rules"], "{a: {bannedCommandStrings: [xmrig]}}")).toBeUndefined();
});
