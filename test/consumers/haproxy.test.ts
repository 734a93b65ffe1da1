// Proves: the HAProxy on this machine reads what a rehearsal hands it, and its refusal is the rehearsal's. That HAProxy
// accepts every fixture is in test/chart; what it answers, in test/chart/haproxy.test.ts.
import { read } from "../../tools/lab/rehearse/consumers/consumer";
import { haproxy } from "../../tools/lab/rehearse/consumers/haproxy";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart } from "../support/metaChart";
import { placed } from "../support/placed";
import { requireReal } from "../support/real";

const here = requireReal("haproxy", "haproxy") ? test : test.skip;
let chart: AssembledChart;
beforeAll(async () => {
  chart = await AssembledChart.create();
}, HELM_BUILD_MS);
afterAll(() => {
  chart.remove();
});

here("a federation is accepted", async () => {
  expect(await read(haproxy, placed(await chart.render("federation"), "example-ns"))).toEqual({
    read: ["ConfigMap federation-proxy"],
    problems: [],
    notice: undefined,
  });
});

here("two members of one host are refused, with HAProxy's reason and no path of this machine", async () => {
  const twin = { url: "https://a.example.org", weight: 1 };
  const objects = await chart.renderValues("federation", {
    federationProxy: { federation: { order: ["a", "twin"], members: { a: twin, twin } } },
  });
  const { problems } = await read(haproxy, placed(objects, "example-ns"));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(
    /^HAProxy rejects its configuration in ConfigMap federation-proxy:\n {4}.*haproxy\.cfg:\d+\].*another server named 'a\.example\.org'/,
  );
  expect(problems[0]).not.toContain("/tmp");
});

test("a machine without it says so in one line, and which package has it", async () => {
  const objects = placed(await chart.render("federation"), "example-ns");
  expect(await read({ ...haproxy, program: "haproxy-that-is-not-here" }, objects)).toEqual({
    read: [],
    problems: [],
    notice:
      "HAProxy did not check its configuration: haproxy-that-is-not-here is not on PATH (Debian package haproxy)",
  });
});

test("where nothing is rendered for it, it is not asked, and not missed", async () => {
  const objects = placed(await chart.render("nothing"), "example-ns");
  const nothing = { read: [], problems: [], notice: undefined };
  expect(await read({ ...haproxy, program: "haproxy-that-is-not-here" }, objects)).toEqual(nothing);
});
