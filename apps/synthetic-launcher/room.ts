import { askBounded } from "../askBounded";
import { readHealth } from "../federation-agent/said";
import type { LaunchMember } from "./config";

const BOUNDS = { timeoutMs: 15_000, maxBytes: 64 << 10 };

/**
 * Whether a member has more than `headroom` of its quota free, by its /health. One that does not say so is asked to launch:
 * whether it can is the question.
 */
export async function hasRoom({ url }: LaunchMember, headroom: number): Promise<boolean> {
  try {
    const { text } = await askBounded(new URL(`${url}/health`), {}, BOUNDS);
    const { load } = readHealth(JSON.parse(text));
    return !load || load.used < load.quota * (1 - headroom);
  } catch {
    return true;
  }
}
