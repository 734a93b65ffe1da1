import { clientFindings } from "../../../../../tools/operate/doctor/cluster/clients";
import { targetOf } from "../../../../../tools/operate/doctor/cluster/target";
import { loadStackFile } from "../../../../../tools/ground/stackFile/stacks";

const TARGET = targetOf(loadStackFile("staging").stack, {
  kubectl: "kubectl",
  helm: "helm",
  kubeconfig: "/k",
});
const lines = (client: string, count: number): string[] =>
  Array.from(
    { length: count },
    () => `${client} - - [28/Nov/2026:05:21:11 +0000] "GET / HTTP/2.0" 200 5 "-" "-"`,
  );
const found = (...log: readonly string[]): string[] =>
  clientFindings(TARGET, log.join("\n")).map(({ level, found: words }) => `${level}: ${words}`);

test("requests from private addresses alone, by IPv4 and IPv6", () => {
  expect(
    found("2026-11-28T05:20:00Z INF Traefik version 3", ...lines("fd00::7", 5), ...lines("10.42.0.9", 16)),
  ).toEqual([
    "warning: of the last 21 requests at Traefik none came from a public address, most from 10.42.0.9: " +
      "if people use the stack, bans of clients do nothing",
  ]);
});

test.each(["198.51.100.7", "2a01:4f8::7"])("one client of address %s is enough", (client) => {
  expect(found(...lines("10.42.0.9", 30), ...lines(client, 1))).toEqual([]);
});

test("few requests, or none, say nothing", () => {
  expect(found(...lines("10.42.0.9", 19))).toEqual([]);
  expect(found("")).toEqual([]);
});
