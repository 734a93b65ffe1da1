import { matchAll } from "../../../../apps/process-scanner/patterns";

test("a text that takes a pattern for ever counts as no match, and the others are looked at", () => {
  const started = performance.now();
  // V8 needs 2^40 steps for the second
  const { hits, slow } = matchAll(/^(?=(a+)+$)/iu, ["aaa", `${"a".repeat(40)}b`, "AAAA", "c"]);
  expect({ hits, slow }).toEqual({ hits: [true, false, true, false], slow: 1 });
  expect(performance.now() - started).toBeLessThan(2000);
});

test("after twenty such texts the rule is given up for this scan", () => {
  const texts = [...Array.from({ length: 25 }, () => `${"a".repeat(40)}b`), "aaa"];
  const { hits, slow } = matchAll(/^(?=(a+)+$)/iu, texts);
  expect(slow).toBe(20);
  expect(hits).toEqual(texts.map(() => false));
}, 20_000);
