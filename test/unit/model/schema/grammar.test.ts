import * as fc from "fast-check";
import { MODEL, type Part, proper } from "../../../support/arbitraryStack";

/** Every text of the model, with its place. */
function texts(part: Part, path: string): { path: string; part: Part }[] {
  const below = (name: string, one: Part | boolean | undefined): { path: string; part: Part }[] =>
    typeof one === "object" ? texts(one, `${path}${name}`) : [];
  return [
    ...(part.type === "string" ? [{ path, part }] : []),
    ...[...(part.oneOf ?? []), ...(part.anyOf ?? [])].flatMap((one) => texts(one, path)),
    ...Object.entries(part.properties ?? {}).flatMap(([key, one]) => below(`.${key}`, one)),
    ...below("[]", part.items),
    ...below(".<name>", part.additionalProperties),
    ...below(" (a key)", part.propertyNames),
  ];
}

test("every text of the model is held to a grammar", () => {
  const free = texts(MODEL, "").filter(
    ({ part }) =>
      part.pattern === undefined && part.enum === undefined && part.const === undefined && !part.allOf,
  );
  expect([...new Set(free.map(({ path, part }) => `${path} ${part.format ?? ""}`.trim()))]).toEqual([]);
});

/** A certificate in PEM is lines by its nature. */
const OF_LINES = new Set([".certificates.acme.caCertificate"]);

test("no text of the model takes a line break, a NUL or half a character, wherever it stands in it", () => {
  const seen = new Set<string>();
  const loose = texts(MODEL, "").flatMap(({ path, part }) => {
    // many keys share one grammar
    const grammar = JSON.stringify([part, OF_LINES.has(path)]);
    if (seen.has(grammar)) return [];
    seen.add(grammar);
    const patterns = [part, ...(part.allOf ?? [])].flatMap(({ pattern }) =>
      pattern === undefined ? [] : [new RegExp(pattern, "u")],
    );
    const takes = (value: string): boolean => patterns.every((pattern) => pattern.test(value));
    const samples = patterns.length === 0 ? [] : fc.sample(proper(part), { numRuns: 20, seed: 1 });
    const taken = samples.flatMap((sample) =>
      ["\n", "\u0000", "\ud800", "\u2028"].flatMap((bad) =>
        [0, Math.floor(sample.length / 2), sample.length]
          .map((at) => sample.slice(0, at) + bad + sample.slice(at))
          .filter(takes),
      ),
    );
    const bad = OF_LINES.has(path) ? taken.filter((text) => /[\0\u2028\ud800]/.test(text)) : taken;
    return bad.length === 0 ? [] : [`${path} takes ${JSON.stringify(bad[0])}`];
  });
  expect([...new Set(loose)]).toEqual([]);
});
