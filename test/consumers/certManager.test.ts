// Proves: a real API server with cert-manager's real definitions takes the ClusterIssuers of every stack, with every field,
// and refuses what cert-manager does not know. That its controllers do, for stack staging: test/live/certificates.test.ts.
// With the published chart, each rehearsal installs the same definitions by Helm.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import { stackNames } from "../../model/stack/stackFiles";
import { type ControlPlane, down, up } from "../../tools/lab/controlPlane";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import { type ClusterAccess, kubectl } from "../../tools/ground/cluster/kubectl";
import { silent, toStderr } from "../../tools/ground/terminal/report";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { certManagerDefinitions } from "../support/acme";
import { programRecorder } from "../support/program";
import { requireReal } from "../support/real";
import { appliedObjects } from "../support/stackObjects";

(requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip)(
  "with cert-manager's definitions",
  () => {
    const state = mkdtempSync(join(tmpdir(), "mybinder-issuers-"));
    const env = { ...environment(), state };
    const recorder = programRecorder();
    let plane: ControlPlane;
    let access: ClusterAccess;
    const apply = (text: string, ...flags: string[]): ReturnType<typeof kubectl> =>
      kubectl(access, ["apply", "--server-side", "--validate=strict", ...flags, "--filename=-"], text);

    beforeAll(async () => {
      const toolchain = await ensureToolchain({ environment: env, report: toStderr });
      const { pools } = loadStackFile("local").stack;
      plane = await up({ name: "issuers", pools, environment: env, toolchain, report: silent });
      access = { ...toolchain, kubeconfig: plane.kubeconfig };
      const applied = await apply(await certManagerDefinitions());
      if (applied.code !== 0) throw new Error(applied.stderr);
      const established = [
        "wait",
        "--for=condition=Established",
        "--timeout=60s",
        "customresourcedefinitions",
        "--all",
      ];
      expect(await kubectl(access, established)).toMatchObject({ code: 0 });
    }, 900_000);
    afterAll(async () => {
      recorder.end();
      await down("issuers", env, silent);
      rmSync(state, { recursive: true, force: true });
    }, 60_000);

    const issuersOf = async (stack: string): Promise<object[]> => {
      const registered = await recorder.record(stack, rehearsalConfig(loadStackFile(stack)));
      return appliedObjects(registered).flatMap(({ object }) =>
        object.kind === "ClusterIssuer" ? [object] : [],
      );
    };

    test.each(stackNames(ROOT))("the issuers of stack %s are taken, each field of them", async (stack) => {
      const issuers = await issuersOf(stack);
      expect(issuers).toHaveLength(2);
      for (const issuer of issuers) {
        expect(await apply(JSON.stringify(issuer), "--force-conflicts")).toMatchObject({
          code: 0,
          stderr: "",
        });
      }
    });

    test("a field that cert-manager does not know, and one that lacks, are refused", async () => {
      const [issuer] = await issuersOf("staging");
      const text = JSON.stringify(issuer);
      const misspelt = await apply(text.replace("ingressClassName", "ingressClasName"), "--force-conflicts");
      expect(misspelt.stderr).toContain(".ingressClasName: field not declared in schema");
      const without = await apply(text.replace(/"privateKeySecretRef":\{[^}]*\},?/, ""), "--force-conflicts");
      expect(without.stderr).toContain("spec.acme.privateKeySecretRef");
    });
  },
);
