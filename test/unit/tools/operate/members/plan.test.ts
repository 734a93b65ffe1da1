import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stackNames } from "../../../../../model/stack/stackFiles";
import { planAdd, planRemove } from "../../../../../tools/operate/members/plan";
import { ROOT } from "../../../../../tools/ground/root";
import { withCiphertexts } from "../../../../support/ciphertexts";

const stackFile = (stack: string): string | undefined => {
  const file = join(ROOT, `Pulumi.${stack}.yaml`);
  return existsSync(file) ? withCiphertexts(readFileSync(file, "utf8")) : undefined;
};
const member = {
  name: "new-member",
  domain: "new.mybinder.org",
  host: "192.0.2.7",
  hostKey:
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBD01mfVSZPGl4fic7Oyka7UkxHeoVb+btd17Mv/ISSQaIqKiaI2DefC94VRCLEhZONf5HMq3NGSa4fJJxd5+idY=",
  cpus: 32,
  memoryGiB: 128,
  diskGiB: 900,
  weight: 0,
};
const changedLines = (before = "", after = ""): string[] => {
  const old = before.split("\n");
  return after.split("\n").filter((line) => !old.includes(line));
};

test("adding a member is two files: its own, and one line in the proxy's", () => {
  const { files } = planAdd(member, "prod", stackFile);
  expect(Object.keys(files)).toEqual(["Pulumi.new-member.yaml", "Pulumi.prod.yaml"]);
  expect(changedLines(stackFile("prod"), files["Pulumi.prod.yaml"])).toEqual([
    "      - {name: new-member, weight: 0}",
  ]);
  expect(files["Pulumi.new-member.yaml"]).toBe(
    [
      "# new.mybinder.org, the federation member new-member.",
      "",
      "config:",
      "  pulumi:disable-default-providers:",
      "    - kubernetes",
      "    - gcp",
      "  mybinder:role: member",
      "  mybinder:domain: new.mybinder.org",
      "  mybinder:cluster:",
      "    kind: k3s",
      "    host: 192.0.2.7",
      `    hostKey: ${member.hostKey}`,
      "    machine: {cpus: 32, memoryGiB: 128, diskGiB: 900}",
      "  mybinder:certificates:",
      "    issuer: letsencrypt-staging",
      "  mybinder:registry:",
      "    kind: none",
      "",
    ].join("\n"),
  );
});

test("it prints the DNS records and every step that is left", () => {
  const { steps } = planAdd(
    { ...member, s3: { bucket: "b", endpoint: "https://s3.example.org" } },
    "prod",
    stackFile,
  );
  expect(steps[0]).toBe("DNS: A new.mybinder.org -> 192.0.2.7, and A *.new.mybinder.org -> 192.0.2.7");
  expect(steps.join("\n")).toContain(
    "npx mybinder secrets set registryS3SecretKey --stack new-member --file FILE",
  );
  expect(steps.at(-1)).toBe("pulumi up --stack prod; then raise its weight in Pulumi.prod.yaml step by step");
});

test("a new member starts on the issuer for tests, and its steps say when to leave it", () => {
  const { files, steps } = planAdd(member, "prod", stackFile);
  expect(files["Pulumi.new-member.yaml"]).toContain(
    "mybinder:certificates:\n    issuer: letsencrypt-staging\n",
  );
  expect(steps.at(-2)).toMatch(
    /^When all but its certificate passes, remove mybinder:certificates from Pulumi.new-member.yaml/,
  );
});

test("it prints what was assumed, first", () => {
  const { steps } = planAdd({ ...member, assumed: ["32 CPUs"] }, "prod", stackFile);
  expect(steps[0]).toBe("Check the assumptions in Pulumi.new-member.yaml:\n  - 32 CPUs");
});

test("it says what the next preview of the proxy shows: server, data source, target and public list", () => {
  const { proxyChanges } = planAdd({ ...member, sponsor: "Example" }, "prod", stackFile);
  // with every public host of the member, asked from outside
  const isProbe = (line: string): boolean => /"\s+(- https?:|stack: )/.test(line);
  expect(proxyChanges.filter(isProbe).join("\n")).toContain("https://hub.new.mybinder.org/hub/api/health");
  expect(proxyChanges.filter((line) => !isProbe(line))).toEqual([
    "+ values.federationProxy.federation.members.new-member.launchQuota: 188",
    '+ values.federationProxy.federation.members.new-member.url: "https://new.mybinder.org"',
    "+ values.federationProxy.federation.members.new-member.weight: 0",
    '+ values.federationProxy.federation.order: "new-member"',
    '+ values.federationProxy.federation.publicList: {"name":"new-member","url":"https://new.mybinder.org",' +
      '"lifecycle":"active","sponsor":"Example","grafana":"https://grafana.new.mybinder.org",' +
      '"prometheus":"https://prometheus.new.mybinder.org"}',
    '+ values.grafana.datasources.datasources\\.yaml.datasources: {"name":"new-member","uid":"new-member","orgId":1,' +
      '"type":"prometheus","url":"https://prometheus.new.mybinder.org","isDefault":false,"editable":false}',
    '+ values.prometheus.extraScrapeConfigs: "        - prometheus.new.mybinder.org"',
    '+ values.prometheus.extraScrapeConfigs: "        member: new-member"',
  ]);
});

test("a member whose registry others use is not removed before they have another", () => {
  expect(() => planRemove("bids-ovh", "prod", stackFile, stackNames(ROOT))).toThrow(
    "nothing was changed. These stacks store their images at registry.bids.mybinder.org: staging; change their mybinder:registry first",
  );
});

test("removing it again gives back the proxy's file, and lists what to revoke", () => {
  const added = planAdd(member, "prod", stackFile).files;
  const both = (stack: string): string | undefined => added[`Pulumi.${stack}.yaml`] ?? stackFile(stack);
  const { files, steps } = planRemove("new-member", "prod", both, [...stackNames(ROOT), "new-member"]);
  expect(files).toEqual({ "Pulumi.new-member.yaml": undefined, "Pulumi.prod.yaml": stackFile("prod") });
  expect(steps.join("\n")).toContain("secret eventsServiceAccount: ");
});

test.each([
  ["a name that is taken", { ...member, name: "bids-ovh" }, "prod", /stack bids-ovh already exists/],
  [
    "a proxy that is none",
    member,
    "bids-ovh",
    /stack bids-ovh has no federation\.members; name the proxy's stack with --proxy NAME/,
  ],
  ["a proxy that does not exist", member, "nowhere", /no stack nowhere/],
  [
    "a machine that is too small",
    { ...member, memoryGiB: 4 },
    "prod",
    /nothing was changed[^]*mybinder:cluster: no launch fits: the nodes offer 1\.6 GB of memory to pods, but system 7\.4 GB \+ its deploy 3\.4 GB \+ builds 16\.0 GB take 26\.8 GB; use a bigger machine/,
  ],
  [
    "a domain that is none",
    { ...member, domain: "https://x" },
    "prod",
    /nothing was changed\. stack new-member: 1 problem[^]*mybinder:domain: found "https:\/\/x"/,
  ],
])("%s is refused before anything is written", (_, wrong, proxy, message) => {
  expect(() => planAdd(wrong, proxy, stackFile)).toThrow(message);
});

test("the last member with a weight cannot be removed", () => {
  expect(() => planRemove("staging", "staging", stackFile, [])).toThrow(/nothing was changed/);
});
