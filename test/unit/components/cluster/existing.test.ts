import { checkedKubeconfig } from "../../../../components/cluster/existing";
import { parseConfig } from "../../../../model/stack/config";
import { givenSecret } from "../../../../tools/operate/secrets/shape";

const K3S = { kind: "k3s", managed: false, machine: { cpus: 8, memoryGiB: 64, diskGiB: 900 } };
const EXISTING = { kind: "existing", pools: {} };

/** The kubeconfig that the program goes on with. */
const used = (text: string, cluster: Record<string, unknown>): string => {
  const raw = { role: "member", domain: "a.example.org", cluster, registry: { kind: "none" } };
  return checkedKubeconfig("probe", parseConfig("probe", raw), text);
};
const { placeholder } = givenSecret("kubeconfig");
const onLoopback = placeholder.replace("none.invalid", "127.0.0.1");

test("a stored kubeconfig is used as it is", () => {
  expect(onLoopback).not.toBe(placeholder);
  expect(used(placeholder, EXISTING)).toBe(placeholder);
});

test.each([
  [K3S, "npx mybinder machine kubeconfig probe"],
  [EXISTING, "npx mybinder secrets set kubeconfig --stack probe --file FILE"],
])(
  "one that leads nowhere ends the preview with the command that stores another (%#)",
  (cluster, command) => {
    expect(() => used(onLoopback, cluster)).toThrow(
      "stack probe: its secret kubeconfig does not work: its server is a loopback address (127.0.0.1), which works " +
        `only on the cluster's own machine; allowed: the public name of the cluster's machine. Store another: ${command}`,
    );
  },
);
