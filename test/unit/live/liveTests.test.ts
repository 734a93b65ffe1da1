// Proves: the parts run together: every part is tried although another one fails, and members are launched at once.
import { liveTests } from "../../../live/liveTests";
import { LaunchingMember } from "../../support/launchingMember";

test("hosts, proxy, members and launches, whatever fails", async () => {
  const members = await Promise.all(["a", "b"].map((name) => LaunchingMember.start(name)));
  try {
    const limits = { page: 1, queued: 1, building: 1, pushing: 1, launching: 1, ready: 1, stopping: 1 };
    const common = { repository: "o/r", ref: "HEAD", limits, silenceSeconds: 1, kernelSeconds: 5 };
    const lines = await liveTests(
      {
        hosts: [
          {
            host: "h",
            service: "binder",
            url: "http://127.0.0.1:1",
            plainUrl: undefined,
            maxBodyBytes: undefined,
          },
        ],
        dataSources: [],
        proxy: { url: "http://127.0.0.1:1", members: [] },
        members: members.map(({ name, url }) => ({
          name,
          url,
          metricsUrl: `${url}/metrics`,
          others: members.flatMap((other) => (other.url === url ? [] : [other.url])),
        })),
        skipped: [{ check: "member", at: "c", outcome: "skip", found: "it is drained" }],
      },
      {
        timeoutMs: 3000,
        now: new Date(),
        launches: [{ ...common, kind: "cached", signal: new AbortController().signal }],
      },
    );
    const at = (place: string): string[] =>
      lines.filter((line) => line.at === place).map(({ outcome, check }) => `${outcome} ${check}`);
    expect(at("h")).toEqual(["FAIL page"]);
    expect(at("127.0.0.1:1")).toHaveLength(8);
    expect(at("c")).toEqual(["skip member"]);
    const launched = ["ok launch", "ok kernel", "ok network", "ok neighbour", "ok shutdown"];
    const face = ["FAIL versions", "ok health", "FAIL build", "FAIL badge", "FAIL metrics", "ok pages"];
    for (const { name } of members) {
      expect(at(name)).toEqual([...face, ...launched]);
    }
  } finally {
    await Promise.all(members.map((member) => member.close()));
  }
});
