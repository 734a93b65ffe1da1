import * as pulumi from "@pulumi/pulumi";
import { stackDns, type StackDns } from "../../../components/dns";
import { parseConfig } from "../../../model/stack/config";
import { recordRemote } from "../../../tools/lab/rehearse/remote";
import { type Registered, recordRegistrations, valueOf } from "../../support/mocks";

/* Construction under mocks: which records Google would be asked for, and what the output says. */

const zone = { provider: "google", project: "p-2", name: "example-org", domain: "example.org" };

async function constructed(
  dns: object,
  address?: string,
): Promise<{ registered: Registered[]; dns: StackDns }> {
  const config = parseConfig("one", {
    role: "member",
    domain: "one.example.org",
    aliasDomains: ["example.com"],
    cluster: {
      kind: "gke",
      project: "p-1",
      location: "us-central1",
      entrypointAddress: "entry",
      pools: { core: { machineType: "e2-highmem-2", min: 1, max: 1, diskGiB: 64 } },
    },
    monitoring: { enabled: false },
    registry: { kind: "none" },
    dns,
  });
  const registered = await recordRegistrations("one");
  const made = stackDns(config, { address: address === undefined ? undefined : pulumi.output(address) });
  await pulumi.runtime.disconnect();
  return { registered: registered.filter(({ type }) => type.startsWith("gcp:")), dns: made };
}

test("without a zone nothing is made, and the output has the address that the program makes", async () => {
  const { registered, dns } = await constructed({}, "192.0.2.2");
  expect(registered).toEqual([]);
  expect(dns.zone).toBeUndefined();
  expect(await valueOf(pulumi.output(dns.records[0]))).toEqual({
    name: "one.example.org",
    type: "A",
    ttl: 300,
    made: false,
    value: "192.0.2.2",
  });
});

test("an address that nobody knows is said in words", async () => {
  const { dns } = await constructed({});
  expect(await valueOf(pulumi.output(dns.records[0]?.value))).toBe(
    "the address entry of Google's project p-1",
  );
});

test("with a zone each host below it is a record there, leading to the address; others are an output only", async () => {
  const { registered, dns } = await constructed({ ttl: 60, ipv6: "2001:db8::7", zone }, "192.0.2.2");
  const records = registered.filter(({ type }) => type === "gcp:dns/recordSet:RecordSet");
  const asked = records.map(({ inputs }) => inputs);
  expect(asked).toHaveLength(6);
  expect(asked).toEqual(
    expect.arrayContaining(
      ["one", "hub.one", "static.one"].flatMap((host) =>
        (
          [
            ["A", "192.0.2.2"],
            ["AAAA", "2001:db8::7"],
          ] as const
        ).map(([type, address]) => ({
          project: "p-2",
          managedZone: "example-org",
          name: `${host}.example.org.`,
          type,
          ttl: 60,
          rrdatas: [address],
        })),
      ),
    ),
  );
  for (const { type, name, inputs } of records) expect(() => recordRemote(type, name, inputs)).not.toThrow();
  const others = dns.records.filter(({ made }) => !made).map(({ name }) => name);
  expect(new Set(others)).toEqual(new Set(["hub.example.com", "static.example.com"]));
});

test("an address of the stack file is taken, whatever the program makes", async () => {
  const { registered } = await constructed({ address: "203.0.113.7", zone }, "192.0.2.2");
  const addresses = registered.flatMap(({ inputs }) => inputs["rrdatas"] ?? []);
  expect(new Set(addresses)).toEqual(new Set(["203.0.113.7"]));
});

test("the address of the proxy is not that of a member run by others", async () => {
  const config = parseConfig("prod", {
    role: "proxy",
    domain: "example.org",
    cluster: {
      kind: "gke",
      project: "p-1",
      location: "us-central1",
      entrypointAddress: "entry",
      pools: { core: { machineType: "e2-highmem-2", min: 1, max: 1, diskGiB: 64 } },
    },
    federation: { members: [{ name: "theirs", weight: 1, external: { url: "https://theirs.example.org" } }] },
  });
  await recordRegistrations("prod");
  const { records } = stackDns(config, { address: pulumi.output("192.0.2.2") });
  const values = await valueOf(pulumi.output(records.map(({ name, value }) => ({ name, value }))));
  expect(values).toContainEqual({ name: "example.org", value: "192.0.2.2" });
  expect(values).toContainEqual({
    name: "theirs.example.org",
    value: "the address of the external member theirs",
  });
});
