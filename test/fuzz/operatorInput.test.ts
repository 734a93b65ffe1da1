import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deriveStack } from "../../model/stack/config";
import { ConfigError } from "../../model/stack/configError";
import { rawConfigOf, stackNames } from "../../model/stack/stackFiles";
import type { RawConfig } from "../../model/schema/rawConfig";
import { stackValues } from "../../model/values";
import { publicConfigOf, readPublicConfig } from "../../secret/publicConfig";
import { shapeProblem, shapes } from "../../secret/shapes";
import { ROOT } from "../../tools/ground/root";

/*
 * Broken input of every kind ends in an answer or in one error for the operator: never in a stack trace, never without an end.
 * The budget is fixed; the seed is new in each run and printed, and FUZZ_SEED=… repeats a run.
 */

const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
process.stderr.write(`fuzz: FUZZ_SEED=${String(seed)}\n`);
const budget = (numRuns: number): Pick<fc.Parameters, "seed" | "numRuns" | "endOnFailure"> => ({
  seed,
  numRuns,
  endOnFailure: true,
});

const names = stackNames(ROOT);
const files = Object.fromEntries(
  names.map((name) => [name, readFileSync(join(ROOT, `Pulumi.${name}.yaml`), "utf8")]),
);

/** Values that somebody could have written, pasted or lost. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      null,
      true,
      false,
      0,
      -1,
      Infinity,
      -0,
      NaN,
      1e308,
      2 ** 53,
      0.1,
      "",
      " ",
      "0",
      "null",
      "{}",
      "[]",
      "\0",
      "a\nb",
    ],
    ...[
      "__proto__",
      "constructor",
      "../../etc/passwd",
      "${jndi:x}",
      "{{ .Values }}",
      "-f",
      "a".repeat(5000),
      "١٢",
      "😀",
    ],
    ...[
      "1Gi",
      "1e3",
      "500m",
      "9999999999999999999Gi",
      "http://",
      "https://a:b@c",
      "2026-13-45",
      "9999-12-31T00:00:00Z",
    ],
    ...[[], {}, [[]], [null], { secure: "AAAA" }, { __proto__: { polluted: true } }],
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary", maxLength: 40 }),
);

/** One place of a configuration: the keys that lead to it. */
function places(value: unknown, path: readonly string[] = []): string[][] {
  if (value === null || typeof value !== "object") return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

/** A copy with the value at a place replaced, removed (`undefined`) or given one more key. */
function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as Record<string, unknown>) };
  const slot = copy as Record<string, unknown>;
  const inner = rest.length === 0 ? to : changed(slot[key], rest, to);
  if (inner === undefined) Reflect.deleteProperty(slot, key);
  else slot[key] = inner;
  return copy;
}

const others = (name: string): RawConfig | undefined => readPublicConfig(ROOT, name);

test("a stack file with one or two values broken is a stack or one error that names the file", () => {
  const mutation = fc.constantFrom(...names).chain((name) => {
    const config = publicConfigOf(name, files[name] ?? "");
    const place = fc.constantFrom(...places(config).filter((path) => path.length > 0));
    const extra = fc.tuple(place, fc.string({ maxLength: 12 })).map(([path, key]) => [...path, key]);
    const change = fc.tuple(
      fc.oneof({ weight: 5, arbitrary: place }, { weight: 1, arbitrary: extra }),
      fc.oneof(odd, fc.constant(undefined)),
    );
    return fc.tuple(fc.constant(name), fc.constant(config), fc.array(change, { minLength: 1, maxLength: 2 }));
  });
  const outcomes = { derived: 0, refused: 0 };
  fc.assert(
    fc.property(mutation, ([name, config, changes]) => {
      const broken = changes.reduce<unknown>(
        (value, [path, to]) => changed(value, path, to),
        config,
      ) as RawConfig;
      try {
        stackValues(deriveStack(name, broken, others, names));
        outcomes.derived++;
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        expect(error.message).toContain(`Pulumi.${name}.yaml`);
        // eslint-disable-next-line no-control-regex
        expect(error.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
        outcomes.refused++;
      }
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    }),
    budget(2500),
  );
  // both happen, or the mutations prove nothing
  expect(Math.min(outcomes.derived, outcomes.refused)).toBeGreaterThan(50);
}, 120_000);

test("a stack file cut, doubled or with bytes changed is a configuration or one error", () => {
  const text = fc
    .tuple(fc.constantFrom(...names), fc.nat(), fc.nat(), fc.string({ unit: "binary", maxLength: 6 }))
    .map(([name, at, length, put]) => {
      const whole = files[name] ?? "";
      const from = at % (whole.length + 1);
      return whole.slice(0, from) + put + whole.slice(from + (length % 40));
    });
  fc.assert(
    fc.property(text, (broken) => {
      try {
        rawConfigOf("broken", broken);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        expect(error.message).toContain("stack broken");
      }
    }),
    budget(1500),
  );
}, 120_000);

test("any text as a secret is taken or refused in words that hold nothing of it", () => {
  const word = "canary-of-a-secret";
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }).map((text) => `${text}${word}`),
    fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => `${word}: ${text}`),
    fc.constantFrom(...Object.values(shapes)).chain(({ sample }) => {
      const whole = sample(word);
      return fc.nat(whole.length).map((at) => whole.slice(0, at) + word + whole.slice(at));
    }),
    fc.constantFrom(
      `!x ${word}`,
      `a: &a [*a, ${word}]`,
      `? ${word}\n: ${word}\n? ${word}`,
      `%YAML 9.9\n---\n${word}`,
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(shapes)), texts, (shape, text) => {
      expect(shapeProblem(shape, text) ?? "").not.toContain(word);
    }),
    budget(2500),
  );
}, 120_000);
