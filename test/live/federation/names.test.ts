// Proves: what HAProxy does when its name server fails while it runs, with a real HAProxy and a name server on loopback. Does
// not prove: a start without a name server.
import { HELM_BUILD_MS } from "../../support/helm";
import { NameServer } from "../../support/dns";
import { AssembledChart, objectOf } from "../../support/metaChart";
import { requireReal } from "../../support/real";
import { membersAt, Replica, startMembers, until } from "../../support/federation";

const describeWithHaproxy = requireReal("haproxy", "haproxy") ? describe : describe.skip;
const LAUNCH = "/build/gh/Owner/Repo/main";

const BEHAVIOURS = ["hangs", "fails", "refuses", "says that there is no such name"] as const;

describeWithHaproxy("a name server that", () => {
  let members: Awaited<ReturnType<typeof startMembers>>;
  let files: Readonly<Record<string, string>>;
  beforeAll(async () => {
    const chart = await AssembledChart.create();
    members = await startMembers();
    const values = membersAt(members) as { federation: { members: Record<string, { url: string }> } };
    for (const [name, member] of Object.entries(values.federation.members)) {
      member.url = member.url.replace("127.0.0.1", `${name}.members.test`);
    }
    const objects = await chart.renderValues("federation", { federationProxy: values });
    files = objectOf(objects, "ConfigMap", "federation-proxy").data ?? {};
    chart.remove();
  }, HELM_BUILD_MS);
  afterAll(async () => {
    for (const member of Object.values(members)) await member.close();
  });

  /** Whatever launches and pages answer for 45 s while a name server of their own behaves so. */
  async function answersWhile(behaviour: (typeof BEHAVIOURS)[number]): Promise<string[]> {
    const names = await NameServer.start();
    const replica = await Replica.start(files, {
      edit: (config) =>
        config.replace("parse-resolv-conf", `nameserver test 127.0.0.1:${String(names.port)}`),
    });
    const answers = async (): Promise<string> =>
      [(await replica.get(LAUNCH)).status, (await replica.get("/about")).status].join();
    try {
      await until(answers, (statuses) => statuses === "307,200");
      names.behaviour = behaviour;
      const { asked } = names;
      const found = new Set<string>();
      const end = Date.now() + 45_000;
      while (Date.now() < end) {
        found.add(await answers());
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      expect(names.asked).toBeGreaterThan(asked);
      return [...found];
    } finally {
      await replica.stop();
      await names.stop();
    }
  }

  // HAProxy takes an address away 30 s after its last good answer unless it is told otherwise
  test("hangs, fails, refuses, or says that there is no such name, for 45 s: launches and pages go on", async () => {
    const found = await Promise.all(
      BEHAVIOURS.map(async (behaviour) => [behaviour, await answersWhile(behaviour)]),
    );
    expect(found).toEqual(BEHAVIOURS.map((behaviour) => [behaviour, ["307,200"]]));
  }, 120_000);
});
