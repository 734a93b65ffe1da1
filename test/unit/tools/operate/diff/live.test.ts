import type { KubeObject } from "../../../../../tools/ground/cluster/kubectl";
import type { PlacedObject } from "../../../../../tools/ground/cluster/manifest";
import { compareLive, leftOver } from "../../../../../tools/operate/diff/live";
import { asObjects, marked, textsOf } from "../../../../../tools/operate/diff/objects";
import { diffText } from "../../../../../tools/operate/diff/text";

const CREDENTIAL = "9f8Zk3Qw7Lm1Xc5Vb2Nt6Yr4";
const LIVE_CREDENTIAL = "aH4jK8sD1fG6lP0oI9uY3tR7";

const object = (kind: string, rest: object, name = "it"): object => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...rest,
});
const placed = (objects: readonly object[]): PlacedObject[] =>
  objects.map((one) => ({ object: one as KubeObject, namespace: "staging" }));
const program = (objects: (secret: string) => object[]): ReturnType<typeof marked> => {
  const [first, second] = [CREDENTIAL, "another"].map((secret) =>
    objects(secret).map((one) => ({ text: JSON.stringify(one), namespace: "staging" })),
  );
  return marked(first ?? [], second ?? []);
};
/** The lines about the program's objects and those of a cluster. */
const lines = (ours: (secret: string) => object[], theirs: readonly object[]): string[] => {
  const live = placed(theirs);
  const diff = compareLive("staging", program(ours), asObjects(live), textsOf(live));
  const text = diffText({ left: "a", right: "b", stacks: [diff] });
  expect(JSON.stringify(diff)).not.toMatch(new RegExp(`${CREDENTIAL}|${LIVE_CREDENTIAL}|HIDDEN|\uE000`));
  return text
    .trimEnd()
    .split("\n")
    .slice(2)
    .map((line) => line.trim());
};

test("what API servers and controllers add is no difference", () => {
  const ours = object("Deployment", {
    spec: {
      replicas: 1,
      selector: {},
      template: {
        spec: {
          containers: [
            {
              name: "a",
              env: [{ name: "X", value: "" }],
              resources: { limits: { cpu: "0.5", memory: "1024Mi" } },
            },
          ],
        },
      },
    },
  });
  const theirs = object("Deployment", {
    metadata: { name: "it", uid: "1", annotations: { "deployment.kubernetes.io/revision": "4" } },
    status: { replicas: 1 },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 10,
      template: {
        spec: {
          dnsPolicy: "ClusterFirst",
          containers: [
            {
              name: "a",
              imagePullPolicy: "Always",
              env: [{ name: "X" }],
              resources: { limits: { cpu: "500m", memory: "1Gi" } },
            },
          ],
        },
      },
    },
  });
  expect(lines(() => [ours], [theirs])).toEqual([]);
});

test("what was changed, removed or added by hand is found; of an addition only its name is shown", () => {
  const pod = (containers: object[]): object =>
    object("Deployment", { spec: { replicas: 2, template: { spec: { containers } } } });
  expect(
    lines(
      () => [
        pod([{ name: "a", image: "a:1", env: [{ name: "X", value: "1" }] }]),
        object("ConfigMap", { data: { a: "1" } }),
      ],
      [
        pod([
          { name: "a", image: "a:2", env: [{ name: "Y", value: "HIDDEN" }] },
          { name: "b", image: "HIDDEN" },
        ]),
      ],
    ),
  ).toEqual([
    "~ Deployment it",
    'spec.template.spec.containers.a.env.X.name: "X" → (none)',
    'spec.template.spec.containers.a.env.X.value: "1" → (none)',
    "spec.template.spec.containers.a.env.Y: differs (the value in the cluster is not shown)",
    'spec.template.spec.containers.a.image: "a:1" → "a:2"',
    "spec.template.spec.containers.b: differs (the value in the cluster is not shown)",
    "- ConfigMap it",
  ]);
});

test("secrets of the cluster are not compared with those of no worth, and never shown", () => {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const secret = (data: object): object => object("Secret", { data });
  const config = (value: string, port: string): object =>
    object("ConfigMap", { data: { cfg: `password ${value}\nport ${port}` } });
  const ours = (value: string): object[] => [
    secret({ a: base64(value), open: base64("1") }),
    config(value, "1"),
  ];
  expect(
    lines(ours, [secret({ a: base64(LIVE_CREDENTIAL), open: base64("1") }), config(LIVE_CREDENTIAL, "1")]),
  ).toEqual([]);
  expect(
    lines(ours, [
      secret({ a: base64(LIVE_CREDENTIAL), open: base64("HIDDEN"), more: base64("HIDDEN") }),
      config(LIVE_CREDENTIAL, "2"),
    ]),
  ).toEqual([
    "~ Secret it",
    "data.open: differs (the value in the cluster is not shown)",
    "data.more: differs (the value in the cluster is not shown)",
    "~ ConfigMap it",
    "data.cfg: differs (the value in the cluster is not shown)",
  ]);
  // somebody wrote a value of a Secret where all can read it
  expect(
    lines(
      (value) => [secret({ a: base64(value) }), object("ConfigMap", { data: { b: "open" } }, "other")],
      [
        secret({ a: base64(LIVE_CREDENTIAL) }),
        object("ConfigMap", { data: { b: `is ${LIVE_CREDENTIAL}` } }, "other"),
      ],
    ),
  ).toEqual(["~ ConfigMap other", 'data.b: "open" → "is (secret)"']);
});

test("a list whose elements come from a secret has another length in a cluster, or is not there", () => {
  const ours = (value: string): object[] => [
    object("NetworkPolicy", { spec: { except: ["10.0.0.0/8", value] } }),
  ];
  expect(
    lines(ours, [object("NetworkPolicy", { spec: { except: ["HIDDEN", "HIDDEN", "HIDDEN"] } })]),
  ).toEqual([]);
  expect(lines(ours, [object("NetworkPolicy", { spec: {} })])).toEqual([]);
  expect(lines(ours, [object("NetworkPolicy", { spec: { except: ["10.0.0.0/9", "HIDDEN"] } })])).toEqual([
    "~ NetworkPolicy it",
    'spec.except.0: "10.0.0.0/8" → "10.0.0.0/9"',
  ]);
});

test("what a release made and the program no longer has is left over; what others made is not", () => {
  const made = (name: string, release: string): object => ({
    ...object("ConfigMap", {}),
    metadata: {
      name,
      annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": "staging" },
    },
  });
  const live = placed([
    made("it", "staging"),
    made("old", "staging"),
    made("other", "else"),
    object("ConfigMap", {}, "own"),
  ]);
  const found = leftOver(
    live,
    program(() => [object("ConfigMap", {})]),
    new Set(["staging/staging"]),
  );
  expect(found.map(({ change, name }) => [change, name])).toEqual([["added", "old"]]);
});
