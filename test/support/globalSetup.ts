import { environment } from "../../environment";
import { ensureConsumers } from "../../tools/lab/kube/consumers";
import { ensureToolchain } from "../../tools/lab/kube/toolchain";
import { toStderr } from "../../tools/ground/terminal/report";

/**
 * Builds the Kubernetes toolchain once, with progress, before any test: the first time takes minutes. A machine that
 * cannot build it says so here, and the tests that need it fail or skip by themselves. With REQUIRE_REAL=1, which no
 * lack may pass, builds the programs too that only tests start.
 */
export default async function globalSetup(): Promise<void> {
  try {
    await ensureToolchain({ environment: environment(), report: toStderr });
    if (environment().requireReal) await ensureConsumers({ environment: environment(), report: toStderr });
  } catch (error) {
    toStderr(error instanceof Error ? error.message : String(error));
    if (environment().requireReal) throw error;
  }
}
