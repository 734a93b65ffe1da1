import { makeTable, ownersOf, RANK, stickyOf } from "../../../../apps/federation-agent/table";

const candidate = (
  name: string,
  rest: Partial<Parameters<typeof makeTable>[0][number]> = {},
): Parameters<typeof makeTable>[0][number] => ({
  name,
  url: `https://${name}`,
  weight: 1,
  rank: RANK.serving,
  sticky: true,
  ...rest,
});
/** Members of a slot, in order. */
const choices = (line = ""): string[] =>
  line
    .replace(/^\d+ /, "")
    .split("|")
    .filter((_, index) => index % 2 === 0);

describe("the table", () => {
  test("names the owner and its stand-ins, members for cookies, and itself", () => {
    const table = makeTable([candidate("a"), candidate("c", { sticky: false })], "a");
    expect(table.lines[0]).toMatch(/^0 (a\|https:\/\/a\|c\|https:\/\/c|c\|https:\/\/c\|a\|https:\/\/a)$/);
    expect(table.lines.slice(4096)).toEqual(["a a|https://a", ":pages a", `:digest ${table.digest}`]);
    expect(ownersOf(table.lines.join("\n"))).toEqual(table.owners);
    expect([...stickyOf(table.lines.join("\n"))]).toEqual(["a"]);
  });

  test("owners are of the best rank, whatever the weights; the others stand in, best rank first", () => {
    const table = makeTable([
      candidate("dead", { rank: RANK.silent, weight: 1000 }),
      candidate("ill", { rank: RANK.ill, weight: 1000 }),
      candidate("a"),
      candidate("resting", { rank: RANK.resting }),
      candidate("b"),
    ]);
    expect(new Set(table.owners)).toEqual(new Set(["a", "b"]));
    for (const line of table.lines.slice(0, 4096)) {
      expect(choices(line).slice(2)).toEqual(["resting", "ill"]);
    }
  });

  test("nobody but one that is silent: it is in the table, for HAProxy to judge", () => {
    const table = makeTable([candidate("dead", { rank: RANK.silent })]);
    expect(new Set(table.owners)).toEqual(new Set(["dead"]));
  });

  test("does not depend on the order in which members are given", () => {
    const candidates = ["a", "b", "c"].map((name) => candidate(name));
    expect(makeTable([...candidates].reverse()).owners).toEqual(makeTable(candidates).owners);
  });
});
