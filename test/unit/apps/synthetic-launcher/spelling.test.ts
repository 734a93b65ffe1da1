import { buildCount, specOf } from "../../../../apps/synthetic-launcher/spelling";

const repository = "binder-examples/minimal-dockerfile";
const ours = { repository, ref: "HEAD" };

test("a cached launch is the repository in capitals, whenever it is", () => {
  expect(specOf("cached", ours, 1)).toBe("gh/BINDER-EXAMPLES/MINIMAL-DOCKERFILE/HEAD");
  expect(specOf("cached", ours, 2)).toBe(specOf("cached", ours, 1));
});

test("4096 builds in a row have spellings of their own, none as people write it and none as the cached one", () => {
  const specs = new Set(
    Array.from({ length: 4096 }, (_, count) => specOf("uncached", ours, 495_000 + count)),
  );
  expect(specs.size).toBe(4096);
  expect(specs).not.toContain(`gh/${repository}/HEAD`);
  expect(specs).not.toContain(specOf("cached", ours, 0));
  for (const spec of specs) expect(spec.toLowerCase()).toBe(`gh/${repository}/head`);
});

test.each(["a/b", "1/2", "o/r"])("a short name, %s, is spelled too", (short) => {
  expect(specOf("uncached", { repository: short, ref: "main" }, 7).toLowerCase()).toBe(`gh/${short}/main`);
});

test("members build different spellings in the same hour, and a member another one in the next", () => {
  const now = new Date("2026-11-26T22:10:00Z");
  const specs = [0, 1, 2].map((index) => specOf("uncached", ours, buildCount(now, index, 3)));
  expect(new Set(specs).size).toBe(3);
  const next = new Date(now.getTime() + 3_600_000);
  expect(buildCount(next, 0, 3)).toBe(buildCount(now, 0, 3) + 1);
});
