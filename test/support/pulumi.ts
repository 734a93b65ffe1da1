import { execFileSync } from "node:child_process";

/**
 * Whether Pulumi's CLI is on PATH. It is in no package registry, so a machine without it skips what needs it,
 * REQUIRE_REAL or not.
 */
export function havePulumi(): boolean {
  try {
    execFileSync("pulumi", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    process.stderr.write(
      "skipped: pulumi is not on PATH (https://www.pulumi.com/docs/iac/download-install/)\n",
    );
    return false;
  }
}
