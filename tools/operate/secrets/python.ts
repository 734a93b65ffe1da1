import type { PlacedPattern } from "../../../model/values/pattern/places";
import { patternsOf, shapes } from "../../../secret/shapes";
import type { GivenSecret } from "../../../secret/types";
import { Failure } from "../../ground/terminal/failure";
import { run } from "../../ground/terminal/run";

/** Compiles each pattern as BinderHub and cryptnono do, and prints the numbers of those that cannot be. */
const PROGRAM = `
import json, re, sys
def compiles(pattern):
    try:
        re.compile(pattern, re.IGNORECASE)
        return True
    except Exception:
        return False
print(json.dumps([number for number, pattern in enumerate(json.load(sys.stdin)) if not compiles(pattern)]))
`;

/**
 * Has the Python of this machine compile the patterns of a value, where there is one: the check in `secret/shapes.ts` is
 * stricter, so this finds what that has overlooked. Throws Failure (exit code 2) with the places, never the patterns.
 */
export async function checkPatterns({ key, shape }: GivenSecret, value: string): Promise<void> {
  const refused = await pythonRefuses(patternsOf(shapes[shape], value));
  if (refused.length === 0) return;
  throw new Failure(
    `the value of ${key} is refused: Python does not compile ${refused.map(({ place }) => place).join("; ")}; nothing was set`,
    2,
  );
}

/** The patterns that this machine's Python does not compile; none where it has no Python. */
export async function pythonRefuses(patterns: readonly PlacedPattern[]): Promise<PlacedPattern[]> {
  if (patterns.length === 0) return [];
  try {
    const input = JSON.stringify(patterns.map(({ pattern }) => pattern));
    const { code, stdout } = await run("python3", ["-I", "-X", "utf8", "-c", PROGRAM], input);
    return code === 0 ? (JSON.parse(stdout) as number[]).flatMap((number) => patterns[number] ?? []) : [];
  } catch {
    return [];
  }
}
