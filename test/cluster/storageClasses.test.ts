// Proves: what a resize of a volume meets on each kind of cluster, with the real API server. Does not prove: anything of a disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import { down, up } from "../../tools/lab/controlPlane";
import { ensureToolchain, type Toolchain } from "../../tools/lab/kube/toolchain";
import { run } from "../../tools/ground/terminal/run";
import { POOLS } from "../support/pools";
import { requireReal } from "../support/real";

const silent = (): void => undefined;
const claim = (className: string, size: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "default" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: size } },
      ...(className !== "" && { storageClassName: className }),
    },
  });
const POD = JSON.stringify({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "user", namespace: "default" },
  spec: {
    containers: [
      { name: "a", image: "none.invalid/a:1", volumeMounts: [{ name: "data", mountPath: "/data" }] },
    ],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
  },
});

(requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip)(
  "the storage of a control plane",
  () => {
    const here = { ...environment(), state: mkdtempSync(join(tmpdir(), "mybinder-storage-")) };
    let toolchain: Toolchain;
    beforeAll(async () => {
      toolchain = await ensureToolchain({ environment: here, report: silent });
    }, 1_800_000);
    afterAll(() => {
      rmSync(here.state, { recursive: true });
    });

    test.each([
      [
        "k3s",
        "",
        /"data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass/,
      ],
      [
        "existing",
        "",
        /"data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass/,
      ],
      ["gke", "", undefined],
      ["gke", "standard", undefined],
    ] as const)(
      "of kind %s, class %j: a volume grows as there, or not",
      async (kind, className, refusal) => {
        const plane = await up({
          name: kind,
          kind,
          pools: POOLS,
          environment: here,
          toolchain,
          report: silent,
        });
        const kubectl = (args: string[], input = ""): ReturnType<typeof run> =>
          run(toolchain.kubectl, ["--kubeconfig", plane.kubeconfig, ...args], input);
        try {
          // 12G is less than 12Gi by 7 %: Helm would ask for it without a word
          expect(await kubectl(["create", "-f", "-"], claim(className, "12G"))).toMatchObject({ code: 0 });
          expect(await kubectl(["create", "-f", "-"], POD)).toMatchObject({ code: 0 });
          const bound = await kubectl([
            "wait",
            "pvc/data",
            "--for=jsonpath={.status.phase}=Bound",
            "--timeout=60s",
          ]);
          expect(bound).toMatchObject({ code: 0 });
          const { code, stderr } = await kubectl(["apply", "-f", "-"], claim(className, "12Gi"));
          if (refusal) expect(stderr).toMatch(refusal);
          else {
            expect({ code, stderr: stderr.replace(/^Warning:.*\n/gm, "") }).toEqual({ code: 0, stderr: "" });
          }
        } finally {
          await down(kind, here, silent);
        }
      },
      300_000,
    );
  },
);
