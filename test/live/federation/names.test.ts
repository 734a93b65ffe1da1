// Proves: what HAProxy does when its name server fails while it runs, with a real HAProxy and a name server on loopback. Does
// not prove: a start without a name server.
import { HELM_BUILD_MS } from "../../support/helm";
import { NameServer } from "../../support/dns";
import { AssembledChart, objectOf } from "../../support/metaChart";
import { requireReal } from "../../support/real";
import { membersAt, Replica, startMembers, until } from "../../support/federation";

const describeWithHaproxy = requireReal("haproxy", "haproxy") ? describe : describe.skip;
const LAUNCH = "/build/gh/Owner/Repo/main";

describeWithHaproxy("a name server", () => {
  let members: Awaited<ReturnType<typeof startMembers>>;
  let names: NameServer;
  let files: Readonly<Record<string, string>>;
  beforeAll(async () => {
    const chart = await AssembledChart.create();
    members = await startMembers();
    names = await NameServer.start();
    const values = membersAt(members) as { federation: { members: Record<string, { url: string }> } };
    for (const [name, member] of Object.entries(values.federation.members)) {
      member.url = member.url.replace("127.0.0.1", `${name}.members.test`);
    }
    const objects = await chart.renderValues("federation", { federationProxy: values });
    files = objectOf(objects, "ConfigMap", "federation-proxy").data ?? {};
    chart.remove();
  }, HELM_BUILD_MS);
  afterAll(async () => {
    await names.stop();
    for (const member of Object.values(members)) await member.close();
  });

  // HAProxy takes an address away 30 s after its last good answer unless it is told otherwise
  test.each(["hangs", "refuses", "says that there is no such name"] as const)(
    "that %s for 45 s: launches and pages go on",
    async (behaviour) => {
      names.behaviour = "well";
      const replica = await Replica.start(files, {
        edit: (config) =>
          config.replace("parse-resolv-conf", `nameserver test 127.0.0.1:${String(names.port)}`),
      });
      try {
        await until(
          async () => [(await replica.get(LAUNCH)).status, (await replica.get("/about")).status],
          (statuses) => statuses.join() === "307,200",
        );
        names.behaviour = behaviour;
        const { asked } = names;
        const end = Date.now() + 45_000;
        while (Date.now() < end) {
          expect((await replica.get(LAUNCH)).status).toBe(307);
          expect((await replica.get("/about")).status).toBe(200);
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
        expect(names.asked).toBeGreaterThan(asked);
      } finally {
        await replica.stop();
      }
    },
    120_000,
  );
});
