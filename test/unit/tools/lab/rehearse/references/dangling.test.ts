import type { KubeObject } from "../../../../../../tools/ground/cluster/kubectl";
import { danglingReferences, type Placed } from "../../../../../../tools/lab/rehearse/references/dangling";

const NAMESPACE = "example";
const NOWHERE = "which no release, resource of the program or object of the cluster provides";

function object(kind: string, name: string, fields: Readonly<Record<string, unknown>> = {}): Placed {
  const { metadata = {}, ...more } = fields as { metadata?: object };
  return {
    namespace: NAMESPACE,
    object: { apiVersion: "v1", kind, metadata: { name, ...metadata }, ...more },
  };
}

/** A Deployment with one container, from the fields of its pod. */
function deployment(pod: object): Placed {
  return object("Deployment", "app", {
    spec: { template: { spec: { containers: [{ name: "main" }], ...pod } } },
  });
}

function dangling(placed: Placed[], provided: string[] = []): string[] {
  return danglingReferences(placed, new Set(provided));
}

/** What is said of an object that stands alone. */
function alone(placed: Placed): string[] {
  return dangling([placed]).map((line) =>
    line.replace(`${placed.object.kind} ${placed.object.metadata.name} in namespace example names `, ""),
  );
}

describe("a pod names", () => {
  test.each<[string, object, string]>([
    ["an account", { serviceAccountName: "hub" }, "ServiceAccount hub (serviceAccountName)"],
    ["a priority", { priorityClassName: "core" }, "PriorityClass core (priorityClassName)"],
    ["a runtime", { runtimeClassName: "gvisor" }, "RuntimeClass gvisor (runtimeClassName)"],
    ["a pull secret", { imagePullSecrets: [{ name: "pull" }] }, "Secret pull (imagePullSecrets)"],
    ["a Secret", { volumes: [{ name: "v", secret: { secretName: "s" } }] }, "Secret s (volume v)"],
    ["a ConfigMap", { volumes: [{ name: "v", configMap: { name: "c" } }] }, "ConfigMap c (volume v)"],
    [
      "a claim",
      { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] },
      "PersistentVolumeClaim data (volume v)",
    ],
    [
      "a projected Secret",
      { volumes: [{ name: "v", projected: { sources: [{ secret: { name: "s" } }] } }] },
      "Secret s (volume v)",
    ],
    [
      "a variable's Secret",
      {
        containers: [
          { name: "a", env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] },
        ],
      },
      "Secret s (variable TOKEN)",
    ],
    [
      "a ConfigMap of variables",
      { initContainers: [{ name: "a", envFrom: [{ configMapRef: { name: "c" } }] }] },
      "ConfigMap c (envFrom of a)",
    ],
  ])("%s that is nowhere", (_, pod, expected) => {
    expect(alone(deployment(pod))).toEqual([`${expected}, ${NOWHERE}`]);
  });

  test("what it calls optional, what every namespace has, and nothing", () => {
    const optional = { optional: true };
    const pod = {
      serviceAccountName: "default",
      priorityClassName: "",
      runtimeClassName: null,
      imagePullSecrets: null,
      volumes: [
        { name: "ca", configMap: { name: "kube-root-ca.crt" } },
        { name: "a", secret: { secretName: "s", ...optional } },
        { name: "b", projected: { sources: [{ configMap: { name: "c", ...optional } }] } },
        { name: "c", emptyDir: {} },
      ],
      containers: [
        {
          name: "a",
          env: [
            { name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k", ...optional } } },
            { name: "B" },
          ],
          envFrom: [{ secretRef: { name: "s", ...optional } }],
        },
      ],
    };
    expect(alone(deployment(pod))).toEqual([]);
  });

  const secret = object("Secret", "s", { data: { a: "" }, stringData: { b: "" } });
  test.each<[string, object]>([
    [
      "a variable",
      {
        containers: [
          { name: "c", env: [{ name: "X", valueFrom: { secretKeyRef: { name: "s", key: "z" } } }] },
        ],
      },
    ],
    [
      "a volume's item",
      { volumes: [{ name: "v", secret: { secretName: "s", items: [{ key: "z", path: "p" }] } }] },
    ],
    [
      "a mounted file",
      {
        volumes: [{ name: "v", secret: { secretName: "s" } }],
        containers: [{ name: "c", volumeMounts: [{ name: "v", subPath: "z" }] }],
      },
    ],
  ])("a key that its Secret lacks, by %s", (_, pod) => {
    expect(dangling([secret, deployment(pod)])).toEqual([
      expect.stringMatching(
        /^Deployment app in namespace example names Secret s \(.+\), which has no key z; it has a, b$/,
      ),
    ]);
  });
});

describe("every kind that makes pods is looked at", () => {
  const template = { template: { spec: { containers: [], serviceAccountName: "x" } } };
  test.each<[string, object]>([
    ["DaemonSet", { spec: template }],
    ["Job", { spec: template }],
    ["CronJob", { spec: { jobTemplate: { spec: template } } }],
    ["Pod", { spec: template.template.spec }],
    ["PodTemplate", template],
  ])("%s", (kind, fields) => {
    expect(alone(object(kind, "it", fields as Record<string, unknown>))).toEqual([
      `ServiceAccount x (serviceAccountName), ${NOWHERE}`,
    ]);
  });

  test("a StatefulSet's pods find the claims that it makes, not others; their class must exist", () => {
    const claim = { metadata: { name: "data" }, spec: { storageClassName: "fast" } };
    const volumes = ["data", "other"].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
    const set = object("StatefulSet", "db", {
      spec: {
        serviceName: "db",
        volumeClaimTemplates: [claim],
        template: { spec: { containers: [], volumes } },
      },
    });
    expect(alone(set)).toEqual([
      `PersistentVolumeClaim other (volume other), ${NOWHERE}`,
      `StorageClass fast (volumeClaimTemplates), ${NOWHERE}`,
    ]);
    const volume = object("PersistentVolumeClaim", "other");
    expect(dangling([set, volume], ["StorageClass/fast"])).toEqual([]);
  });
});

describe("an Ingress", () => {
  const ingress = (annotations: object, port: object): Placed =>
    object("Ingress", "web", {
      metadata: { annotations },
      spec: {
        ingressClassName: "traefik",
        rules: [{ http: { paths: [{ backend: { service: { name: "web", port } } }] } }],
        tls: [{ secretName: "web-tls" }],
      },
    });

  test("needs its class, its Service, and its certificate where nobody issues one", () => {
    expect(alone(ingress({}, { number: 80 }))).toEqual([
      `IngressClass traefik (ingressClassName), ${NOWHERE}`,
      `Service web (backend), ${NOWHERE}`,
      `Secret web-tls (tls), ${NOWHERE}`,
    ]);
  });

  test("needs the issuer that it names, which makes its certificate", () => {
    const service = object("Service", "web", { spec: { ports: [{ name: "http", port: 80 }] } });
    const other = [service, object("IngressClass", "traefik")];
    const issuer = { "cert-manager.io/cluster-issuer": "letsencrypt" };
    expect(dangling([...other, ingress(issuer, { name: "http" })])).toEqual([
      `Ingress web in namespace example names ClusterIssuer letsencrypt (annotation cert-manager.io/cluster-issuer), ${NOWHERE}`,
    ]);
    expect(dangling([...other, ingress({ "kubernetes.io/tls-acme": "true" }, { number: 80 })])).toEqual([]);
    expect(dangling([...other, ingress({ "kubernetes.io/tls-acme": "true" }, { number: 81 })])).toEqual([
      "Ingress web in namespace example names Service web (backend), which has no port 81; it has 80, http",
    ]);
  });
});

test.each<[string, Placed, string]>([
  [
    "a claim",
    object("PersistentVolumeClaim", "data", { spec: { storageClassName: "fast" } }),
    "StorageClass fast (storageClassName)",
  ],
  ["a binding", object("RoleBinding", "b", { roleRef: { kind: "Role", name: "r" } }), "Role r (roleRef)"],
  [
    "a solver",
    object("ClusterIssuer", "i", {
      spec: { acme: { solvers: [{ http01: { ingress: { ingressClassName: "nginx" } } }] } },
    }),
    "IngressClass nginx (solver http01)",
  ],
  [
    "a certificate",
    object("Certificate", "c", { spec: { issuerRef: { name: "i" } } }),
    "Issuer i (issuerRef)",
  ],
  [
    "an autoscaler",
    object("HorizontalPodAutoscaler", "a", { spec: { scaleTargetRef: { kind: "Deployment", name: "d" } } }),
    "Deployment d (scaleTargetRef)",
  ],
  [
    "a webhook",
    object("ValidatingWebhookConfiguration", "w", {
      webhooks: [{ name: "w", clientConfig: { service: { name: "s", namespace: "elsewhere" } } }],
    }),
    "Service s (webhook w)",
  ],
  [
    "an account",
    object("ServiceAccount", "a", { imagePullSecrets: [{ name: "p" }] }),
    "Secret p (imagePullSecrets)",
  ],
  [
    "an upgrade",
    object("Plan", "p", { spec: { serviceAccountName: "upgrade" } }),
    "ServiceAccount upgrade (serviceAccountName)",
  ],
])("%s names an object that is nowhere", (_, placed, expected) => {
  expect(alone(placed)).toEqual([`${expected}, ${NOWHERE}`]);
});

test("an object of another namespace is another object; one of the whole cluster is not", () => {
  const subjects = [
    { kind: "ServiceAccount", name: "a", namespace: "other" },
    { kind: "User", name: "u" },
  ];
  const binding: KubeObject & Record<string, unknown> = {
    apiVersion: "v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "b" },
    roleRef: { kind: "ClusterRole", name: "admin" },
    subjects,
  };
  const placed = [{ namespace: "", object: binding }, object("ServiceAccount", "a")];
  expect(dangling(placed, ["ClusterRole/admin"])).toEqual([
    `ClusterRoleBinding b names ServiceAccount a (subjects), ${NOWHERE}`,
  ]);
  const account = { ...object("ServiceAccount", "a"), namespace: "other" };
  expect(dangling([...placed, account], ["ClusterRole/admin"])).toEqual([]);
});

test("one name in many places is one line", () => {
  const volume = (name: string): object => ({ name, secret: { secretName: "s" } });
  expect(dangling([deployment({ volumes: [volume("a"), volume("a")] })])).toHaveLength(1);
});
