import { probedHosts } from "../../../../model/federation/probedHosts";
import { deriveStack } from "../../../../model/stack/config";
import { probeScrapeConfig, redirectModules } from "../../../../model/values/probes";
import { loadStackFile } from "../../../../tools/ground/stackFile/stacks";

const of = (stack: string): string[] =>
  loadStackFile(stack).stack.probed.map(({ stack: whose, host }) => `${whose} ${host}`);

test("a member asks the proxy, and the proxy every member, at all their public hosts", () => {
  expect(new Set(of("bids-ovh").map((each) => each.split(" ")[0]))).toEqual(new Set(["prod"]));
  expect(of("bids-ovh")).toEqual(
    expect.arrayContaining([
      "prod mybinder.org",
      "prod docs.mybinder.org",
      "prod archive.analytics.mybinder.org",
    ]),
  );
  expect(new Set(of("prod").map((each) => each.split(" ")[0]))).toEqual(
    new Set(["hetzner-2i2c", "hetzner-gesis", "bids-ovh"]),
  );
  expect(of("prod")).toContain("hetzner-2i2c hub.2i2c.mybinder.org");
});

test("a stack that is proxy and member in one asks its own hosts", () => {
  expect(of("staging")).toEqual(
    expect.arrayContaining(["staging staging.mybinder.org", "staging hub.staging.mybinder.org"]),
  );
});

test("a member that is paused is not asked, and one run by others at its one URL", () => {
  const { raw } = loadStackFile("prod");
  const members = [
    { name: "bids-ovh", weight: 1 },
    { name: "curvenote", weight: 1, external: { url: "https://binder.curvenote.dev" } },
  ];
  const rawOf = (name: string): typeof raw | undefined =>
    name === "bids-ovh" ? { ...loadStackFile(name).raw, lifecycle: "paused" } : undefined;
  const { probed } = deriveStack("prod", { ...raw, federation: { members } }, rawOf, []);
  expect(probed).toEqual([
    { stack: "curvenote", host: "binder.curvenote.dev", service: "binder", tls: true },
  ]);
});

test("a proxy whose stack file is broken blocks no member: it is not asked", () => {
  const { stack, raw } = loadStackFile("bids-ovh");
  const others = {
    names: ["prod"],
    rawOf: () => ({ federation: { members: [{ name: "bids-ovh" }] } }),
    configOf: () => {
      throw new Error("broken");
    },
  };
  expect(raw["role"]).toBe("member");
  expect(probedHosts("bids-ovh", stack.config, others)).toEqual([]);
});

const host = { stack: "a", host: "docs.example.org", service: "redirects" as const, tls: true };

test("each host is asked for its page, and over plain HTTP for the way to HTTPS", () => {
  const text = probeScrapeConfig([
    { ...host, host: "hub.example.org", service: "hub" },
    { ...host, host: "plain.example.org", service: "static", tls: false },
  ]);
  expect(
    [...text.matchAll(/- (https?:\S+)\n\s+labels:\n\s+module: (\S+)/g)].map(([, url, module]) => [
      url,
      module,
    ]),
  ).toEqual([
    ["https://hub.example.org/hub/api/health", "page"],
    ["http://hub.example.org/", "to-https"],
    ["http://plain.example.org/badge.svg", "page-plain"],
  ]);
  expect(probeScrapeConfig([])).toBe("");
});

test("a redirect has a module of its own, which knows where it leads", () => {
  const target = { to: "mybinder.readthedocs.io/a", type: "url" as const };
  expect(redirectModules([host, { ...host, target }])).toMatchObject({
    "redirect-docs-example-org": {
      http: {
        fail_if_header_not_matches: [
          { header: "Location", regexp: "^https://mybinder\\.readthedocs\\.io/a" },
        ],
      },
    },
  });
});
