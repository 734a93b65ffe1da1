import { mergeValues, setAt } from "../../../../../model/schema/plain/mergeValues";

class Leaf {
  constructor(readonly inner: string) {}
}

test.each([
  ["maps merge key by key", [{ a: { b: 1 } }, { a: { c: 2 } }], { a: { b: 1, c: 2 } }],
  ["lists replace", [{ a: [1, 2] }, { a: [3] }], { a: [3] }],
  ["scalars replace", [{ a: 1 }, { a: "x" }], { a: "x" }],
  ["a map replaces a scalar", [{ a: 1 }, { a: { b: 1 } }], { a: { b: 1 } }],
  ["a scalar replaces a map", [{ a: { b: 1 } }, { a: 1 }], { a: 1 }],
  ["null replaces and stays, as with Helm", [{ a: { b: 1 } }, { a: null }], { a: null }],
  ["a map over null is a map", [{ a: null }, { a: { b: 1 } }], { a: { b: 1 } }],
  ["undefined is as if not written", [{ a: 1 }, { a: undefined }], { a: 1 }],
  [
    "an instance of a class is a leaf",
    [{ a: { inner: "x", more: 1 } }, { a: new Leaf("y") }],
    { a: new Leaf("y") },
  ],
  ["the last of three layers wins", [{ a: 1 }, { a: 2 }, { a: 3 }], { a: 3 }],
])("%s", (_, layers, expected) => {
  expect(mergeValues(...layers)).toEqual(expected);
});

test("inputs are not changed", () => {
  const under = { a: { b: 1 } };
  mergeValues(under, { a: { c: 2 } });
  expect(under).toEqual({ a: { b: 1 } });
});

test("a path becomes nested maps; a dot in a key is escaped", () => {
  expect(setAt("a.b", 1)).toEqual({ a: { b: 1 } });
  expect(setAt("grafana.grafana\\.ini", 1)).toEqual({ grafana: { "grafana.ini": 1 } });
});
