// Proves: what is tried of each stack of the repository.
import { livePlan } from "../../../live/plan";
import { loadStackFile } from "../../../tools/ground/stackFile/stacks";

const now = new Date("2026-11-27T00:00:00Z");
const plan = (name: string, changes = {}): ReturnType<typeof livePlan> =>
  livePlan(loadStackFile(name, changes).stack, now);
const names = (list: readonly { readonly name: string }[] = []): string[] => list.map(({ name }) => name);

test("of a proxy: its hosts, where it sends launches, and launches at each member", () => {
  const { hosts, proxy, members, skipped } = plan("prod");
  expect(hosts.map(({ host }) => host)).toEqual(
    expect.arrayContaining([
      "mybinder.org",
      "docs.mybinder.org",
      "static.mybinder.org",
      "archive.analytics.mybinder.org",
    ]),
  );
  expect(hosts.find(({ service }) => service === "redirects")).toMatchObject({
    url: "https://beta.mybinder.org",
    plainUrl: "http://beta.mybinder.org/",
    target: { to: "mybinder.org", type: "host" },
  });
  const all = ["hetzner-2i2c", "hetzner-gesis", "bids-ovh"];
  expect([proxy?.url, names(proxy?.members), names(members), skipped]).toEqual([
    "https://mybinder.org",
    all,
    all,
    [],
  ]);
  expect(members[0]?.others).toEqual(members.slice(1).map(({ url }) => url));
});

test("of a member: its hosts, and launches at itself", () => {
  const { proxy, members, hosts } = plan("hetzner-2i2c");
  expect([proxy, names(members)]).toEqual([undefined, ["hetzner-2i2c"]]);
  expect(hosts.find(({ service }) => service === "hub")?.maxBodyBytes).toBe(64_000_000);
});

test("of a stack that is both: all of it; without certificates over plain HTTP", () => {
  expect(names(plan("staging").members)).toEqual(["staging"]);
  expect(plan("staging").proxy?.url).toBe("https://staging.mybinder.org");
  const local = plan("local");
  expect(local.proxy?.url).toBe("http://mybinder.localhost");
  expect(local.hosts.every(({ url, plainUrl }) => url.startsWith("http:") && plainUrl === undefined)).toBe(
    true,
  );
});

test("a member that is drained gets no launch, and a line that says so", () => {
  const traffic = { "bids-ovh": { drain: true, until: "2099-01-01T00:00:00Z", reason: "upgrade" } };
  const { members, skipped, proxy } = plan("prod", { traffic });
  expect(names(members)).toEqual(["hetzner-2i2c", "hetzner-gesis"]);
  expect(skipped).toEqual([{ check: "member", at: "bids-ovh", outcome: "skip", found: "it is drained" }]);
  expect(names(proxy?.members)).toContain("bids-ovh");
});
