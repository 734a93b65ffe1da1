import { parseUntil } from "../../../../../tools/ground/terminal/times";

const NOW = new Date("2026-11-21T12:00:00Z");

test.each([
  ["18:00", "2026-11-21T18:00:00Z"],
  ["11:59", "2026-11-22T11:59:00Z"],
  ["6h", "2026-11-21T18:00:00Z"],
  ["3d", "2026-11-24T12:00:00Z"],
  ["2026-11-21T20:00:00+02:00", "2026-11-21T18:00:00Z"],
  ["2026-11-21T11:00:00Z", undefined],
  ["tomorrow", undefined],
  ["25:00", undefined],
  ["6", undefined],
])("until %s is %s", (text, expected) => {
  expect(parseUntil(text, NOW)).toBe(expected);
});
