import { diffValues } from "../../../../model/values/diffValues";

test("maps are compared key by key, lists as a whole, and what one lacks is undefined", () => {
  expect(
    diffValues({ a: { b: 1, c: [1] }, d: 1, same: 1 }, { a: { b: 2, c: [2] }, e: null, same: 1 }),
  ).toEqual([
    { path: "a.b", left: 1, right: 2 },
    { path: "a.c", left: [1], right: [2] },
    { path: "d", left: 1, right: undefined },
    { path: "e", left: undefined, right: null },
  ]);
});

test("a dot in a key is escaped, so that the path can be read back", () => {
  expect(diffValues({ "a.b": 1 }, {})).toEqual([{ path: "a\\.b", left: 1, right: undefined }]);
});

test("a map that only one side has is listed value by value; an empty one is itself a difference", () => {
  expect(diffValues({ a: { b: 1, c: { d: 2 } }, e: {} }, {})).toEqual([
    { path: "a.b", left: 1, right: undefined },
    { path: "a.c.d", left: 2, right: undefined },
    { path: "e", left: {}, right: undefined },
  ]);
});
