import { daysToLookAt } from "../../../../apps/archive-publisher/days";
import { indexedDays, indexHtml } from "../../../../apps/archive-publisher/pages";

const NOW = Date.parse("2026-11-26T00:30:00Z");
const none = (): Promise<undefined> => Promise.resolve(undefined);
const ends = async (
  archived: string[],
  first = none as () => Promise<string | undefined>,
): Promise<unknown> => {
  const days = await daysToLookAt(NOW, archived, first);
  return [days[0], days.at(-1), days.length];
};

test.each<[string, string[], string, number]>([
  ["usually the last days, whose export may still grow", ["2026-11-25"], "2026-11-23", 4],
  ["after an outage of two months everything since", ["2026-09-20", "2026-09-21"], "2026-09-21", 67],
  [
    "a day of the future, which a wrong clock published, is no newest day",
    ["2027-01-01", "2026-11-25"],
    "2026-11-23",
    4,
  ],
])("%s", async (_, archived, from, count) => {
  expect(await ends(archived)).toEqual([from, "2026-11-26", count]);
});

test("of an empty archive everything since the first export", async () => {
  expect(await ends([], () => Promise.resolve("2026-11-01"))).toEqual(["2026-11-01", "2026-11-26", 26]);
  expect(await ends([])).toEqual(["2026-11-23", "2026-11-26", 4]);
});

test("a clock that is decades ahead is an error, not millions of questions", async () => {
  await expect(daysToLookAt(Date.parse("2099-01-01"), ["2026-11-25"], none)).rejects.toThrow(
    "the clock says 2099-01-01",
  );
});

test("what has not a day's name and metadata is no day; a page shows the newest first, and no mark-up of others", () => {
  const metadata = { "Events-Date": "2026-11-25", "Events-Count": "<b>" };
  const days = indexedDays([
    { name: "events-2026-11-25.jsonl", generation: "1", metadata },
    {
      name: "events-2026-11-26.jsonl",
      generation: "1",
      metadata: { "Events-Date": "2026-11-26", "Events-Count": "7" },
    },
    { name: "events-2026-11-24.jsonl", generation: "1" },
    { name: "events-test.jsonl", generation: "1", metadata },
  ]);
  expect(days.map(({ name }) => name)).toEqual(["events-2026-11-25.jsonl", "events-2026-11-26.jsonl"]);
  const html = indexHtml(days, "now");
  expect(html).not.toContain("<b>");
  expect(html.indexOf("2026-11-26")).toBeLessThan(html.indexOf("2026-11-25"));
});
