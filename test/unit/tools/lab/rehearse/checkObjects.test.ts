// Proves: every kind of problem that a rehearsal looks for among all objects is reported. What each finds is its own test.
import { kubectl } from "../../../../../tools/ground/cluster/kubectl";
import { checkObjects } from "../../../../../tools/lab/rehearse/checkObjects";

jest.mock("../../../../../tools/ground/cluster/kubectl", () => ({ kubectl: jest.fn() }));
const asked = kubectl as jest.MockedFunction<typeof kubectl>;
const access = {} as Parameters<typeof checkObjects>[0];

test("an object that is missing, and a pod that may end any process, are problems of the rehearsal", async () => {
  asked.mockResolvedValueOnce({ code: 0, stdout: "StorageClass\t\tstandard\n", stderr: "" });
  const spec = {
    hostPID: true,
    containers: [{ name: "a", securityContext: { privileged: true } }],
    volumes: [{ name: "feed", configMap: { name: "feed" } }],
  };
  const object = {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "cryptnono" },
    spec: { template: { spec } },
  };
  expect(await checkObjects(access, [{ namespace: "kube-system", object }])).toEqual({
    problems: [
      "DaemonSet cryptnono in namespace kube-system names ConfigMap feed (volume feed), which no release, resource of the program or object of the cluster provides",
      "DaemonSet cryptnono can end every process of its node: no user pods run on this stack; allowed: only where they do",
      "DaemonSet cryptnono can end every process of its node: it is in kube-system; allowed: the stack's namespace",
    ],
    notices: [],
  });
});

test("an API server that does not answer is an error, not an empty cluster", async () => {
  asked.mockResolvedValueOnce({ code: 1, stdout: "", stderr: "refused\n" });
  await expect(checkObjects(access, [])).rejects.toThrow(/^kubectl get clusterroles,.*: refused$/);
});
