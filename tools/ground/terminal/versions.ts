/** Whether a version such as `v3.248.0`, `1.26` or `20.19.0-rc.1` is `needed` or later; what follows the numbers is ignored. */
export function isAtLeast(found: string, needed: string): boolean {
  const [have, want] = [numbers(found), numbers(needed)];
  const at = want.findIndex((number, index) => (have[index] ?? 0) !== number);
  return at === -1 || (have[at] ?? 0) > (want[at] ?? 0);
}

function numbers(version: string): number[] {
  return (/\d+(\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
}
