import { checkKubeconfig, checkShape, givenSecret } from "../../../../../tools/operate/secrets/shape";

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
    "the value of registryPassword is refused: it could be guessed (about 19 bits; at least 80 are required); generate it randomly; nothing was set",
  ],
  [
    "kubeconfig",
    "hunter2",
    "the value of kubeconfig is refused: allowed: a kubeconfig with clusters and users; nothing was set",
  ],
])("%s refuses a value of another shape, without showing it", (key, value, message) => {
  expect(() => {
    checkShape(givenSecret(key), value);
  }).toThrow(message);
});

test("a kubeconfig that leads nowhere is refused when it is set, and one of another secret is not looked at", () => {
  const kubeconfig = givenSecret("kubeconfig");
  const onLoopback = kubeconfig.placeholder.replace("none.invalid", "127.0.0.1");
  const check = (key: string, stack: string, value: string) => (): void => {
    checkKubeconfig(givenSecret(key), stack, value);
  };
  expect(check("kubeconfig", "hetzner-2i2c", kubeconfig.placeholder)).not.toThrow();
  expect(check("kubeconfig", "hetzner-2i2c", onLoopback)).toThrow(
    /^the value of kubeconfig is refused: its server is a loopback address \(127\.0\.0\.1\), .*; nothing was set$/,
  );
  expect(check("kubeconfig", "local", onLoopback)).not.toThrow();
  expect(check("bannedSpecs", "hetzner-2i2c", onLoopback)).not.toThrow();
});

test("a key that is generated, or none, is refused with the keys that are set", () => {
  expect(() => givenSecret("harbor-admin")).toThrow(
    /^harbor-admin is generated and kept in the stack's state; secrets that are set: kubeconfig, /,
  );
  expect(() => givenSecret("kubeconfg")).toThrow(/^there is no secret kubeconfg; /);
});
