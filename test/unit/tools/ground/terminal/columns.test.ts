import { columns } from "../../../../../tools/ground/terminal/columns";

test("columns are as wide as their widest cell, and no line ends in spaces", () => {
  expect(columns([["stack", "pods"], ["bids-ovh", "7"], ["a"]])).toEqual([
    "stack     pods",
    "bids-ovh  7",
    "a",
  ]);
});

test("numbers are aligned at their right", () => {
  const rows = [
    ["a", "7.5", "here"],
    ["b", "120.0", "there"],
  ];
  expect(columns(rows, [1])).toEqual(["a    7.5  here", "b  120.0  there"]);
});

test("no row is no line", () => {
  expect(columns([])).toEqual([]);
});
