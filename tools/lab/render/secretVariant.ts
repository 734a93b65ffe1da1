import { PLACEHOLDER } from "../../../secret/given";

const OTHER = "substituted";
const hex = (text: string): string => Buffer.from(text).toString("hex");

/** Texts that samples of secrets have, each with another of the same length and shape. */
const SWAPS: readonly (readonly [string, string])[] = [
  [PLACEHOLDER, OTHER],
  [hex(PLACEHOLDER), hex(OTHER)],
  ["192.0.2.", "192.0.0."],
  ["198.51.100.", "198.18.100."],
];

/** Another value of no worth for a secret, of the same shape: for a second rendering, to be compared with the first. */
export function secondValue(sample: string): string {
  return SWAPS.reduce((text, [from, to]) => text.replaceAll(from, to), sample);
}
