import { isMap } from "../../../model/schema/plain/mergeValues";
import type { ComparedObject, Objects } from "./objects";

const NEUTRAL = "STACK";

/** Objects of a stack with STACK in place of its name, as a word of names and values: to be compared with another stack's. */
export function stackNeutral(stack: string, objects: Objects): Objects {
  const word = new RegExp(`(?<![a-z0-9])${stack}(?![a-z0-9])`, "g");
  const neutral = (value: unknown): unknown => {
    if (typeof value === "string") return value.replace(word, NEUTRAL);
    if (Array.isArray(value)) return value.map(neutral);
    if (!isMap(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key.replace(word, NEUTRAL), neutral(inner)]),
    );
  };
  return new Map(
    [...objects].map(([key, object]) => [neutral(key), neutral({ ...object })] as [string, ComparedObject]),
  );
}
