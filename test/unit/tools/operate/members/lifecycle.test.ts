import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { planLifecycle } from "../../../../../tools/operate/members/lifecycle";
import { ROOT } from "../../../../../tools/ground/root";

const stackFile = (stack: string): string | undefined => {
  const file = join(ROOT, `Pulumi.${stack}.yaml`);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
};
const FILE = "Pulumi.hetzner-gesis.yaml";

test("draining is one line of the member's own file; the proxy's change follows from it", () => {
  const { files, proxyChanges } = planLifecycle("hetzner-gesis", "draining", "prod", stackFile);
  expect(Object.keys(files)).toEqual([FILE]);
  expect(files[FILE]).toBe(
    stackFile("hetzner-gesis")?.replace(
      "  mybinder:role: member\n",
      "  mybinder:role: member\n  mybinder:lifecycle: draining\n",
    ),
  );
  expect(proxyChanges).toContain("+ traffic.hetzner-gesis.drain: true");
  expect(proxyChanges.filter((line) => line.includes("values."))).toEqual([
    expect.stringContaining(
      'publicList: {"name":"hetzner-gesis","url":"https://gesis.mybinder.org","lifecycle":"active"',
    ) as string,
    expect.stringContaining(
      'publicList: {"name":"hetzner-gesis","url":"https://gesis.mybinder.org","lifecycle":"draining"',
    ) as string,
  ]);
});

test("and back again is the file as it was", () => {
  const { files } = planLifecycle("hetzner-gesis", "paused", "prod", stackFile);
  const paused = (stack: string): string | undefined => files[`Pulumi.${stack}.yaml`] ?? stackFile(stack);
  expect(planLifecycle("hetzner-gesis", "active", "prod", paused).files[FILE]).toBe(
    stackFile("hetzner-gesis"),
  );
});

test("gone leaves nothing of the member in the proxy", () => {
  const { proxyChanges } = planLifecycle("hetzner-gesis", "gone", "prod", stackFile);
  expect(proxyChanges).toEqual(
    expect.arrayContaining([
      '- values.federationProxy.federation.members.hetzner-gesis.url: "https://gesis.mybinder.org"',
      '- values.federationProxy.federation.order: "hetzner-gesis"',
      '- values.prometheus.extraScrapeConfigs: "        member: hetzner-gesis"',
    ]),
  );
  expect(proxyChanges.filter((line) => line.startsWith("+"))).toEqual([]);
});

test.each([
  [
    "a stack that is no member",
    "staging",
    "paused",
    /stack staging has role both; only a member has a lifecycle/,
  ],
  ["a stack that is not there", "nowhere", "paused", /no stack nowhere/],
  [
    "what it is already",
    "hetzner-gesis",
    "active",
    /stack hetzner-gesis is already active \(Pulumi\.hetzner-gesis\.yaml\)/,
  ],
] as const)("%s is refused", (_, name, to, message) => {
  expect(() => planLifecycle(name, to, "prod", stackFile)).toThrow(message);
});
