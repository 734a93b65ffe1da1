import * as fc from "fast-check";
import { addTotals, billedOf, costsJsonl, totalsOf } from "../../../../apps/archive-publisher/costs";
import { csvRows } from "../../../../apps/archive-publisher/csv";

const field = fc.string({ maxLength: 8, unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "é") });

test("what is written as CSV is read again, whatever is in it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(field, field), { minLength: 1 }),
      fc.constantFrom("\n", "\r\n"),
      (rows, end) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = ["x,y", ...rows.map((row) => row.map(quoted).join(","))].join(end);
        for (const written of [text, text + end, `\uFEFF${text}`]) {
          expect(csvRows(written)).toEqual(rows.map(([x, y]) => ({ x, y })));
        }
      },
    ),
  );
});

test("a quote that is not closed is an error, not the rest of the file in one field", () => {
  expect(() => csvRows('a,b\n1,"2\n3,4\n')).toThrow("a field is not closed, at character 6");
});

test.each(["", "much", " ", "NaN"])("a cost of %p is refused with its interval", (cost) => {
  const text = `Start Time,End Time,Cost\n2020-01-01,2020-01-02,${cost}\n`;
  expect(() => totalsOf(text, "csv")).toThrow("a cost of 2020-01-01 is no number");
});

test("exports are summed one by one, and listed by their start", () => {
  const item = (start_time: string, amount: string): object => ({
    start_time,
    end_time: "z",
    cost: { amount },
  });
  const totals = totalsOf(JSON.stringify([item("2020-01-02", "1.5"), item("2020-01-01", "2")]), "json");
  addTotals(totals, totalsOf(JSON.stringify([item("2020-01-02", "0.25")]), "json"));
  expect(costsJsonl(totals)).toBe(
    '{"version": 1, "start_time": "2020-01-01", "end_time": "z", "cost": 2.0}\n' +
      '{"version": 1, "start_time": "2020-01-02", "end_time": "z", "cost": 1.75}\n',
  );
});

test("the bill of the newest 30 days is the sum of the intervals that start in them", () => {
  const day = (date: string): string => `${date}T00:00:00-08:00`;
  const rows = [
    [day("2020-01-01"), day("2020-01-02"), 100],
    [day("2020-01-03"), day("2020-01-04"), 2],
    [day("2020-02-01"), day("2020-02-02"), 0.5],
    ["once", "later", 1000],
  ];
  const csv = ["Start Time,End Time,Cost", ...rows.map((row) => row.join(","))].join("\n");
  expect(billedOf(totalsOf(csv, "csv"))).toEqual({
    cost: 2.5,
    until: Date.parse("2020-02-02T08:00:00Z") / 1000,
  });
  expect(billedOf(new Map())).toBeUndefined();
});
