import { assert, property, stringMatching, uniqueArray } from "fast-check";
import { googleAccountId } from "../../../../model/cluster/googleNames";

const places = [{ after: "-events-archiver" }, { before: "nodes-" }, { before: "images-" }];

test("a name that fits stays as it is", () => {
  expect(googleAccountId({ name: "hetzner-gesis", after: "-events-archiver" })).toBe(
    "hetzner-gesis-events-archiver",
  );
  expect(googleAccountId({ before: "nodes-", name: "prod" })).toBe("nodes-prod");
  expect(googleAccountId({ before: "images-", name: "a".repeat(23) })).toBe(`images-${"a".repeat(23)}`);
});

test("two names that begin alike are two accounts", () => {
  const ids = ["hetzner-gesis", "hetzner-gesis-2", "hetzner-gesis-3"].map((name) =>
    googleAccountId({ name, after: "-events-archiver" }),
  );
  expect(ids).toEqual([
    "hetzner-gesis-events-archiver",
    "hetzner-c347a9-events-archiver",
    "hetzner-5dcc51-events-archiver",
  ]);
});

test("every name of a stack gives an id that Google takes, and another one than the others", () => {
  const names = uniqueArray(stringMatching(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/), {
    minLength: 2,
    maxLength: 20,
  });
  assert(
    property(names, (stacks) => {
      for (const place of places) {
        const ids = stacks.map((name) => googleAccountId({ ...place, name }));
        expect(ids.filter((id) => !/^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/.test(id))).toEqual([]);
        expect(new Set(ids).size).toBe(stacks.length);
      }
    }),
  );
});
