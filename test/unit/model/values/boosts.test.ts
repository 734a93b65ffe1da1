import { boostsSchema } from "../../../../model/schema/boosts";
import { stackValues } from "../../../../model/values";
import { boostNotices, boostValues } from "../../../../model/values/boosts";
import { loadStackFile } from "../../../../tools/ground/stackFile/stacks";

const NOW = new Date("2026-11-26T12:00:00Z");
const boost = (more: object): object => ({
  repositories: "^owner/repo/.*",
  quota: 300,
  until: "2027-01-31",
  reason: "a course, asked for by its teacher",
  ...more,
});
const parsed = (...boosts: object[]): ReturnType<typeof boostsSchema.parse> => boostsSchema.parse(boosts);

test("a boost holds from its first to its last day, and for its provider", () => {
  const boosts = parsed(
    boost({ from: "2026-11-26", until: "2026-11-26" }),
    boost({ from: "2026-11-27" }),
    boost({ until: "2026-11-25" }),
    boost({ provider: "GitLabRepoProvider", quota: 20 }),
  );
  expect(boostValues({ boosts }, NOW)).toEqual({
    Boosts: {
      GitHubRepoProvider: [{ pattern: "^owner/repo/.*", config: { quota: 300 } }],
      GitLabRepoProvider: [{ pattern: "^owner/repo/.*", config: { quota: 20 } }],
    },
  });
  expect(boostValues({ boosts: [] }, NOW)).toEqual({});
});

test("days are UTC's, wherever the deploy runs", () => {
  const boosts = parsed(boost({ from: "2026-11-26", until: "2026-11-26" }));
  const holds = ["25T23:59:59Z", "26T00:00:00Z", "26T23:59:59Z", "27T00:00:00Z"].map(
    (time) => "Boosts" in boostValues({ boosts }, new Date(`2026-11-${time}`)),
  );
  expect(holds).toEqual([false, true, true, false]);
});

test("a member's BinderHub gets those of today", () => {
  const { stack } = loadStackFile("bids-ovh", { boosts: [boost({ until: "2999-01-31" })] });
  expect(stackValues(stack)).toMatchObject({
    binderhub: { config: { Boosts: { GitHubRepoProvider: [{ config: { quota: 300 } }] } } },
  });
});

test("a preview tells of those that ended, that end within a week and that begin later", () => {
  const boosts = parsed(
    boost({}),
    boost({ until: "2026-11-25" }),
    boost({ until: "2026-12-03" }),
    boost({ until: "2026-12-04" }),
    boost({ from: "2026-12-01" }),
  );
  expect(boostNotices(boosts, NOW).map(({ key, notice }) => `${key}: ${notice}`)).toEqual([
    "mybinder:boosts[1]: ended on 2026-11-25; delete it or extend `until`; the next deploy takes it away",
    "mybinder:boosts[2]: ends on 2026-12-03: deploy after that day, or extend `until`",
    "mybinder:boosts[4]: begins on 2026-12-01: deploy on that day",
  ]);
});

test.each([
  [{ until: undefined }, /until/],
  [{ until: "2026-13-01" }, /a day such as/],
  [{ from: "2027-02-01" }, /an `until` not before `from`/],
  [{ quota: 0 }, /quota/],
  [{ reason: "short" }, /reason/],
  [{ provider: "GitHub" }, /provider/],
])("%j is refused by its rule", (more, rule) => {
  const { error } = boostsSchema.safeParse([boost(more)]);
  expect(JSON.stringify(error?.issues)).toMatch(rule);
});
