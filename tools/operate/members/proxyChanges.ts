import type { Stack } from "../../../model/stack/config";
import { diffValues } from "../../../model/values/diffValues";
import { readableValues } from "../../../model/values/readable";

/** What changes of a proxy when its members do, one line each: its values, and the traffic that the proxy obeys. */
export function changesOf(before: Stack, after: Stack): string[] {
  const decided = (stack: Stack): unknown => ({
    ...readableValues(stack),
    traffic: stack.federation?.traffic,
  });
  return diffValues(decided(before), decided(after)).flatMap(({ path, left, right }) => {
    if (Array.isArray(left) && Array.isArray(right)) return listChanges(path, left, right);
    if (typeof left === "string" && typeof right === "string" && left.includes("\n")) {
      return listChanges(path, left.split("\n"), right.split("\n"));
    }
    if (left === undefined) return [`+ ${path}: ${JSON.stringify(right)}`];
    if (right === undefined) return [`- ${path}: ${JSON.stringify(left)}`];
    return [`~ ${path}: ${JSON.stringify(left)} => ${JSON.stringify(right)}`];
  });
}

function listChanges(path: string, left: readonly unknown[], right: readonly unknown[]): string[] {
  const [old, now] = [left.map((item) => JSON.stringify(item)), right.map((item) => JSON.stringify(item))];
  return [
    ...old.filter((item) => !now.includes(item)).map((item) => `- ${path}: ${item}`),
    ...now.filter((item) => !old.includes(item)).map((item) => `+ ${path}: ${item}`),
  ];
}
