// Run by test/unit/tools/operate/doctor/hosts.test.ts, which trusts an authority of its own in NODE_EXTRA_CA_CERTS: prints what
// `doctor` makes of each list of hosts in argv[2], asked of the name server in argv[3].
import type { PublicHost } from "../../tools/operate/hosts/publicHosts";
import { resolver } from "../../tools/operate/dns/resolver";
import { diagnose, type Diagnosis } from "../../tools/operate/doctor/diagnosis";
import { hostChecks } from "../../tools/operate/doctor/hosts";

/** What `doctor` makes of these hosts, whose addresses the name server at `names` has. */
export function diagnosisOf(hosts: readonly PublicHost[], names: string): Promise<Diagnosis> {
  const records = hosts.map(({ host }) => ({
    name: host,
    type: "A" as const,
    value: undefined,
    address: "the machine's",
    ttl: 300,
    own: true,
    made: false,
    what: "BinderHub",
    key: "mybinder:domain",
  }));
  return diagnose(
    hostChecks({
      stack: "tried",
      hosts,
      records,
      resolve: resolver(names),
      timeoutMs: 1000,
      now: new Date(),
      kubectlCommand: (...args) => ["kubectl", ...args].join(" "),
    }),
  );
}

if (require.main === module) {
  const lists = JSON.parse(process.argv[2] ?? "[]") as PublicHost[][];
  void Promise.all(lists.map((hosts) => diagnosisOf(hosts, process.argv[3] ?? ""))).then((all) => {
    process.stdout.write(JSON.stringify(all));
  });
}
