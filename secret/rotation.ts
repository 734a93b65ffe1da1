import type { StackConfig } from "../model/schema/stack";
import { generatedSecrets, isDrawn } from "./generated";

/**
 * What regenerates a generated secret: @pulumi/random draws again only when its keepers change. None
 * without a rotation, so that a value keeps from its first deploy on.
 */
export function keepersOf(config: StackConfig, key: string): { keepers?: { rotated: string } } {
  const rotated = config.secretRotations[key];
  return rotated === undefined ? {} : { keepers: { rotated } };
}

/** Keys of `secretRotations` that name no secret that the stack draws: the rotation would be passed over. */
export function strayRotations(config: StackConfig): string[] {
  const known = new Set(generatedSecrets.filter((secret) => isDrawn(secret, config)).map(({ key }) => key));
  return Object.keys(config.secretRotations).filter((key) => !known.has(key));
}

/** The next value of a rotation: the day, and a count where it is not the first on that day. */
export function nextRotation(previous: string | undefined, now: Date): string {
  const day = now.toISOString().slice(0, 10);
  if (!previous?.startsWith(day)) return day;
  return `${day}.${String(Number(previous.slice(day.length + 1) || "1") + 1)}`;
}
