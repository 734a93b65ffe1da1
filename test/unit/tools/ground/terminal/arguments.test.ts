import {
  gibibytes,
  duration,
  numberBetween,
  serverUrl,
  until,
  wholeNumber,
} from "../../../../../tools/ground/terminal/arguments";

const refused = (parse: (text: string) => unknown, text: string): string => {
  try {
    return `accepted: ${String(parse(text))}`;
  } catch (error) {
    return (error as Error).message;
  }
};

test.each([
  "",
  " ",
  "abc",
  "-1",
  "1e3",
  "1e999",
  "0x10",
  "Infinity",
  "NaN",
  "99999999999999999999",
  "1.5",
  "--help",
])("%j is no count", (text) => {
  expect(refused(wholeNumber(1, 3650), text)).toBe("Allowed: a whole number from 1 to 3650.");
});

test.each(["", "abc", "-1", "1e999", "NaN", "1000.1"])("%j is no weight", (text) => {
  expect(refused(numberBetween(0, 1000), text)).toBe("Allowed: a number from 0 to 1000.");
});

test.each(["99999999999d", "9999999d", "0m", "1y", "-6h", "1.5h"])("%j is no duration and no end", (text) => {
  expect(refused(duration, text)).toMatch(/^Allowed: a duration such as/);
  expect(refused(until, text)).toMatch(/^Allowed: a future time/);
});

test.each([
  "12026-01-01T00:00:00Z",
  "275760-09-13T00:00:00Z",
  "2020-01-01T00:00:00Z",
  "25:00",
  "2199-01-01T00:00:00Z",
])("%j is no end", (text) => {
  expect(refused(until, text)).toMatch(/^Allowed: a future time/);
});

test.each(["nonsense", "ftp://x", "http://", "file:///etc/passwd", "-x"])("%j is no server", (text) => {
  expect(refused(serverUrl, text)).toMatch(/^Allowed: an http\(s\) URL/);
});

test("memory takes the unit that people type", () => {
  expect(["64", "64Gi", "64GiB", "0.5", "2Ti"].map(gibibytes)).toEqual([64, 64, 64, 0.5, 2048]);
  expect(gibibytes("500G")).toBeCloseTo(465.66, 2);
  for (const text of ["0", "64GB", "64iB", "64gib", "-64", "1e9", "500m", ""]) {
    expect(refused(gibibytes, text)).toMatch(/^Allowed: GiB such as 64/);
  }
});

test("what operators write is read", () => {
  expect(wholeNumber(1, 10)("7")).toBe(7);
  expect(numberBetween(0, 1000)("0.5")).toBe(0.5);
  expect(duration("2w")).toBe(14 * 86_400_000);
  expect(until("6h")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(serverUrl("https://prometheus.example.org/")).toBe("https://prometheus.example.org");
});
