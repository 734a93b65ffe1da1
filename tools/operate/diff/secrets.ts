import { literally } from "../../../model/schema/plain/literally";
import { isMap, type Values } from "../../../model/schema/plain/mergeValues";
import { bits, LEAST_BITS } from "../../../secret/fingerprint";
import { shortDigest } from "../../ground/cluster/manifest";

/** Stands for what comes from a secret: with a digest, so that two are told apart. Its first character has no meaning of its own. */
const MARK = /\uE000([0-9a-f]{12})/g;

function mark(value: unknown): string {
  return `\uE000${shortDigest(JSON.stringify(value))}`;
}

/** Whether a value is, or has in it, something that comes from a secret. */
export function hasSecret(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value).includes("\uE000");
}

/** Whether a value comes from a secret as a whole. */
export function isSecret(value: unknown): boolean {
  return typeof value === "string" && /^\uE000[0-9a-f]{12}$/.test(value);
}

/** Text as it may be shown. */
export function shownText(text: string): string {
  return text.replace(MARK, "(secret)");
}

/** A value as it may be shown. */
export function shown(value: unknown): unknown {
  if (typeof value === "string") return shownText(value);
  if (Array.isArray(value)) return value.map(shown);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [shownText(key), shown(inner)]));
}

/** A pattern of all texts that a text with marks stands for. */
export function textPattern(marked: string): RegExp {
  const parts = marked.split(/\uE000[0-9a-f]{12}/).map(literally);
  return new RegExp(`^${parts.join("[^]*")}$`);
}

/**
 * `first`, with a mark in place of all that differs from `second`: the same object, rendered with other secrets. So it is
 * known what comes from a secret however it was changed on the way: encoded, hashed, or put into a text.
 */
export function markSecrets(first: unknown, second: unknown): unknown {
  if (isMap(first) && isMap(second)) {
    const entries = Object.entries(first).map(([key, value]): [string, unknown] =>
      key in second ? [key, markSecrets(value, second[key])] : [mark(key), mark(value)],
    );
    return Object.fromEntries(entries);
  }
  if (JSON.stringify(first) === JSON.stringify(second)) return first;
  if (Array.isArray(first) && Array.isArray(second) && first.length === second.length) {
    return first.map((element, index) => markSecrets(element, second[index]));
  }
  if (typeof first === "string" && typeof second === "string") return markLines(first, second);
  return mark(first);
}

function markLines(first: string, second: string): string {
  const [lines, others] = [first.split("\n"), second.split("\n")];
  if (lines.length === 1 || lines.length !== others.length) return mark(first);
  return lines.map((line, index) => (line === others[index] ? line : mark(line))).join("\n");
}

/** What Secrets hold beside credentials: words, names of hosts, addresses, text for people. */
const NO_CREDENTIAL = /^[a-z0-9.-]+\.[a-z]{2,}$|^[a-z]+:\/\/|^[A-Za-z]+$/;

/** The values of a Secret's tree that could be credentials, to be looked for in other objects. */
export function secretTexts(tree: Values): string[] {
  const texts = (value: unknown): string[] => {
    if (typeof value !== "string") {
      return value !== null && typeof value === "object" ? Object.values(value).flatMap(texts) : [];
    }
    const text = value.trim();
    const word = !/\s/.test(text) || text.includes("PRIVATE KEY");
    return word && bits(text) >= LEAST_BITS && !NO_CREDENTIAL.test(text) ? [text] : [];
  };
  return texts(tree["data"]);
}

/** A value with a mark in place of each of the texts. */
export function hideIn(value: unknown, texts: readonly string[]): unknown {
  if (typeof value === "string") {
    return texts.reduce((text, secret) => text.replaceAll(secret, mark(secret)), value);
  }
  if (Array.isArray(value)) return value.map((one: unknown) => hideIn(one, texts));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hideIn(inner, texts)]));
}

/** A tree with a mark in place of a Secret's data, and of `texts` in any other object. */
export function hideTexts(kind: string, tree: Values, texts: readonly string[]): Values {
  const { data, binaryData, ...rest } = tree;
  const whole = (map: unknown): Values =>
    isMap(map) ? Object.fromEntries(Object.entries(map).map(([key, value]) => [key, mark(value)])) : {};
  if (kind !== "Secret") return hideIn(tree, texts) as Values;
  return {
    ...(hideIn(rest, texts) as Values),
    ...(data !== undefined && { data: whole(data) }),
    ...(binaryData !== undefined && { binaryData: whole(binaryData) }),
  };
}
