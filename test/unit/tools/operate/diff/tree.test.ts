import type { KubeObject } from "../../../../../tools/ground/cluster/kubectl";
import { objectTree } from "../../../../../tools/operate/diff/tree";

const object = (kind: string, rest: object): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "it" },
  ...rest,
});
const same = (kind: string, one: object, other: object): void => {
  expect(JSON.stringify(objectTree(object(kind, one)))).toBe(JSON.stringify(objectTree(object(kind, other))));
};
const differ = (kind: string, one: object, other: object): void => {
  expect(JSON.stringify(objectTree(object(kind, one)))).not.toBe(
    JSON.stringify(objectTree(object(kind, other))),
  );
};
const pod = (spec: object): object => ({ spec: { template: { spec } } });

test("the order of keys means nothing, within lists too, and a null is the same as nothing", () => {
  same("Role", { a: { b: 1, c: [{ d: 1, e: 2 }] } }, { a: { c: [{ e: 2, d: 1 }], b: 1, f: null } });
});

test("the order of env, containers, ports, volumes and mounts means nothing", () => {
  const env = [
    { name: "A", value: "1" },
    { name: "B", value: "2" },
  ];
  const ports = [
    { containerPort: 80 },
    { containerPort: 80, protocol: "UDP" },
    { name: "web", containerPort: 81 },
  ];
  const volumeMounts = [
    { name: "v", mountPath: "/a" },
    { name: "v", mountPath: "/b", subPath: "c" },
  ];
  const containers = [{ name: "x", env, ports, volumeMounts }, { name: "y" }];
  const turned = [
    { name: "y" },
    {
      name: "x",
      env: [...env].reverse(),
      ports: [...ports].reverse(),
      volumeMounts: [...volumeMounts].reverse(),
    },
  ];
  same("Deployment", pod({ containers }), pod({ containers: turned }));
});

test("the order of init containers, of arguments and of rules means something", () => {
  const [one, two] = [{ name: "x" }, { name: "y" }];
  differ("Deployment", pod({ initContainers: [one, two] }), pod({ initContainers: [two, one] }));
  differ(
    "Deployment",
    pod({ containers: [{ name: "x", args: ["a", "b"] }] }),
    pod({ containers: [{ name: "x", args: ["b", "a"] }] }),
  );
});

test("env that is set twice stays a list", () => {
  const twice = [
    { name: "A", value: "1" },
    { name: "A", value: "2" },
  ];
  differ("Pod", { spec: { env: twice } }, { spec: { env: [...twice].reverse() } });
});

test("YAML and JSON in a ConfigMap are compared by what they say, other text as text", () => {
  same(
    "ConfigMap",
    { data: { "a.yaml": "b: 1\nc: [2]\n" } },
    { data: { "a.yaml": "# said\nc:\n  - 2\nb: 1" } },
  );
  same("ConfigMap", { data: { any: '{"a": 1, "b": 2}' } }, { data: { any: '{"b":2,"a":1}' } });
  differ("ConfigMap", { data: { "a.yaml": "b: 1" } }, { data: { "a.yaml": "b: 2" } });
  differ("ConfigMap", { data: { "a.cfg": "b: 1" } }, { data: { "a.cfg": "b:  1" } });
  differ("ConfigMap", { data: { "a.yaml": "{ no: yaml" } }, { data: { "a.yaml": "{ no:  yaml" } });
  differ("ConfigMap", { data: { "a.yaml": "a: 1\n---\nb: 1" } }, { data: { "a.yaml": "b: 1\n---\na: 1" } });
});

test("a Secret is compared decoded, in both of its spellings", () => {
  const text = "a: 1\n";
  same(
    "Secret",
    { data: { "a.yaml": Buffer.from(text).toString("base64") } },
    { stringData: { "a.yaml": text } },
  );
});

test("what is not the object's own is left out: identity, status", () => {
  same("Pod", { status: { phase: "Running" } }, {});
  expect(objectTree(object("Pod", { spec: {} }))).toEqual({ apiVersion: "v1", metadata: {}, spec: {} });
});
