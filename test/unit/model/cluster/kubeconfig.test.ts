import { stringify } from "yaml";
import { parseConfig } from "../../../../model/stack/config";
import { kubeconfigProblem } from "../../../../model/cluster/kubeconfig";

const config = (domain = "a.example.org", context?: string): ReturnType<typeof parseConfig> =>
  parseConfig("probe", {
    role: "member",
    domain,
    cluster: { kind: "existing", pools: {}, ...(context !== undefined && { context }) },
    registry: { kind: "none" },
  });

const SERVER = "https://a.example.org:6443";
const file = (changes: Record<string, unknown> = {}): string =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: SERVER, "certificate-authority-data": "QQ==" } }],
    users: [{ name: "u", user: { token: "hunter2" } }],
    contexts: [
      { name: "one", context: { cluster: "c", user: "u" } },
      { name: "stray", context: { cluster: "gone", user: "u" } },
      { name: "nobody", context: { cluster: "c", user: "gone" } },
    ],
    "current-context": "one",
    ...changes,
  });
const server = (url: unknown): string => file({ clusters: [{ name: "c", cluster: { server: url } }] });
const loopback = (host: string): string =>
  `its server is a loopback address (${host}), which works only on the cluster's own machine; ` +
  "allowed: the public name of the cluster's machine";
const NO_CONTEXT = "it has no current-context; set one: kubectl config use-context NAME --kubeconfig FILE";
const UNKNOWN =
  "its current-context names a context that the kubeconfig does not have; list its contexts: kubectl config get-contexts --kubeconfig FILE";

test.each<[string, string, string | undefined]>([
  ["that is whole", file(), undefined],
  ["at an address", server("https://192.0.2.7:6443"), undefined],
  ["without current-context", file({ "current-context": undefined }), NO_CONTEXT],
  ["with an empty current-context", file({ "current-context": "" }), NO_CONTEXT],
  ["with a current-context that it has not", file({ "current-context": "hunter2" }), UNKNOWN],
  ["without contexts", file({ contexts: undefined }), UNKNOWN],
  ["with an empty entry", file({ contexts: [null] }), UNKNOWN],
  [
    "of a cluster that it has not",
    file({ "current-context": "stray" }),
    "its context names a cluster that the kubeconfig does not have",
  ],
  [
    "of a user that it has not",
    file({ "current-context": "nobody" }),
    "its context names a user that the kubeconfig does not have",
  ],
  ["without a server", server(undefined), "its server is not a URL such as https://host:6443"],
  [
    "with a server that is no URL",
    server("a.example.org"),
    "its server is not a URL such as https://host:6443",
  ],
  ["as K3s writes it", server("https://127.0.0.1:6443"), loopback("127.0.0.1")],
  ["on another address of loopback", server("https://127.8.9.10:6443"), loopback("127.8.9.10")],
  ["on every address", server("https://0.0.0.0:6443"), loopback("0.0.0.0")],
  ["on a number that is loopback", server("https://2130706433:6443"), loopback("127.0.0.1")],
  ["on loopback of IPv6", server("https://[::1]:6443"), loopback("[::1]")],
  ["on IPv4's loopback in IPv6", server("https://[::ffff:127.0.0.1]:6443"), loopback("[::ffff:7f00:1]")],
  ["on localhost", server("http://LOCALHOST.:8080"), loopback("localhost.")],
  ["on a name below localhost", server("https://k3s.localhost"), loopback("k3s.localhost")],
  [
    "with files of one machine",
    file({
      users: [
        { name: "u", user: { "client-certificate": "/home/me/c.pem", "client-key": "/home/me/k.pem" } },
      ],
    }),
    "it refers to local files (client-certificate, client-key), which other machines do not have; " +
      "embed them: kubectl config view --raw --flatten --minify",
  ],
  ["that is no YAML", "hunter2: [", NO_CONTEXT],
  ["that is a list", "[hunter2]", NO_CONTEXT],
])("a kubeconfig %s", (_, text, expected) => {
  const problem = kubeconfigProblem(text, config());
  expect(problem).toBe(expected);
  expect(problem ?? "").not.toContain("hunter2");
});

test("the context that the stack file names is the one that counts", () => {
  expect(
    kubeconfigProblem(file({ "current-context": undefined }), config("a.example.org", "one")),
  ).toBeUndefined();
  expect(kubeconfigProblem(file(), config("a.example.org", "other"))).toBe(
    "mybinder:cluster.context names a context that the kubeconfig does not have; list its contexts: kubectl config get-contexts --kubeconfig FILE",
  );
});

test("a stack of this machine alone may be on loopback", () => {
  expect(kubeconfigProblem(server("https://127.0.0.1:6443"), config("mybinder.localhost"))).toBeUndefined();
});
