test("a list of nothings is not an empty list", () => {
  expect([undefined, undefined]).not.toEqual([]);
  expect({ a: [[], [undefined]] }).not.toEqual({ a: [[], []] });
  expect([undefined, { b: undefined }]).toEqual([undefined, {}]);
});
