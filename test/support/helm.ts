import { environment } from "../../environment";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { toStderr } from "../../tools/ground/terminal/report";

/** The first call on a machine builds Helm. */
export const HELM_BUILD_MS = 600_000;

/** Path of the helm program of the pinned toolchain. */
export async function helmProgram(): Promise<string> {
  const { helm } = await ensureToolchain({ environment: environment(), report: toStderr, only: ["helm"] });
  return helm;
}
