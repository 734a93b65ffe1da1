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

const LONG = [
  ["stack", "why"],
  ["bids-ovh", "its kubeconfig names no context, and the file has three of them"],
];

test("in a terminal the last column goes on below itself, so that no cell wraps under another", () => {
  expect(columns(LONG, [], 40)).toEqual([
    "stack     why",
    "bids-ovh  its kubeconfig names no",
    "          context, and the file has",
    "          three of them",
  ]);
});

test("without a terminal every row is one line, for grep", () => {
  expect(columns(LONG, [], Infinity)).toHaveLength(2);
});

test("a terminal that leaves no room does not cut the last column into words", () => {
  expect(columns(LONG, [], 25)).toHaveLength(2);
});
