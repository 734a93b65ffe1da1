import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { markSecret } from "../../ground/cluster/unwrapSecrets";
import type { ImportFile } from "./imports";

/** Runs `pulumi ARGUMENTS` for the stack and returns what it printed; `environment` is laid over that of this process. */
export type Pulumi = (
  args: readonly string[],
  input?: string,
  environment?: NodeJS.ProcessEnv,
) => Promise<string>;

/** What a deployment has of a resource that matters here. */
interface Resource {
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/**
 * Imports `file` into the stack's state, with the values of each Helm release encrypted. Pulumi imports them in clear
 * (pulumi-kubernetes 4.32, helm_release.go: Read marks no value as a secret), and a backend keeps old versions. So the
 * import runs on a copy of the state in a backend of its own, which only this user can read and which is removed; the
 * stack's backend gets the encrypted result. Throws what `pulumi` throws; the stack's state is then as before.
 */
export async function importEncrypted(pulumi: Pulumi, file: ImportFile): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-adopt-import-"));
  try {
    const backend = join(folder, "backend");
    mkdirSync(backend);
    const beside = { PULUMI_BACKEND_URL: `file://${backend}` };
    const resources = join(folder, "import.json");
    writeFileSync(resources, JSON.stringify(file));
    await pulumi(["stack", "init", "--no-select"], "", beside);
    await pulumi(["stack", "import"], await pulumi(["stack", "export"]), beside);
    const noCode = ["--yes", "--skip-preview", "--protect=false", "--generate-code=false"];
    await pulumi(["import", "--file", resources, ...noCode], "", beside);
    await pulumi(["stack", "import"], encryptValues(await pulumi(["stack", "export"], "", beside)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An exported state whose Helm releases hold their values as secrets; `pulumi stack import` encrypts them. */
export function encryptValues(state: string): string {
  const all = JSON.parse(state) as { deployment: { resources?: readonly Resource[] } };
  const hidden = (properties: Resource["inputs"]): Resource["inputs"] =>
    properties?.["values"] === undefined
      ? properties
      : { ...properties, values: markSecret(properties["values"]) };
  const resources = all.deployment.resources?.map((one) =>
    one.type === "kubernetes:helm.sh/v3:Release"
      ? {
          ...one,
          ...(one.inputs && { inputs: hidden(one.inputs) }),
          ...(one.outputs && { outputs: hidden(one.outputs) }),
        }
      : one,
  );
  return JSON.stringify({ ...all, deployment: { ...all.deployment, ...(resources && { resources }) } });
}
