import { coerce, gte } from "semver";

/** Whether a version such as `v3.248.0`, `1.26` or `20.19.0-rc.1` is `needed` or later; what follows the numbers is ignored. */
export function isAtLeast(found: string, needed: string): boolean {
  return gte(coerce(found) ?? "0.0.0", coerce(needed) ?? "0.0.0");
}
