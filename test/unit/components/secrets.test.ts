import * as pulumi from "@pulumi/pulumi";
import { stackSecrets } from "../../../components/secrets";
import { parseConfig } from "../../../model/stack/config";
import type { StackConfig } from "../../../model/schema/stack";
import type { Values } from "../../../model/schema/plain/mergeValues";
import { ADOPTED_SECRETS, generatedPlaces, givenPlaces } from "../../../secret/adopted";
import { PROVIDERS } from "../../../model/federation/bans/list";
import { generatedSecrets } from "../../../secret/generated";
import { givenSecrets } from "../../../secret/given";
import { recordRegistrations, valueOf } from "../../support/mocks";

const config = parseConfig("probe", {
  role: "member",
  domain: "probe.mybinder.org",
  cluster: { kind: "k3s", managed: false, machine: { cpus: 8, memoryGiB: 64, diskGiB: 900 } },
  registry: { kind: "external", url: "https://r.example.org", imagePrefix: "r.example.org/x/i-" },
});

const warnings: string[] = [];
beforeEach(async () => {
  await recordRegistrations("probe");
  warnings.length = 0;
  jest.spyOn(pulumi.log, "warn").mockImplementation((text) => {
    warnings.push(text);
    return Promise.resolve();
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** A value of each secret that has its shape. */
const placeholder = (key: string): pulumi.Output<string> =>
  pulumi.secret(givenSecrets.find((secret) => secret.key === key)?.placeholder ?? "");

test("one error lists every missing secret, with what it is for and the command that sets it", () => {
  expect(() => stackSecrets("probe", config, () => undefined, {})).toThrow(
    new pulumi.RunError(
      [
        "stack probe: 5 secrets are not set",
        "  kubeconfig: administrator's access to a cluster that is not managed here",
        "    npx mybinder secrets set kubeconfig --stack probe --file FILE",
        "  registryUsername: robot account that pushes built images",
        "    npx mybinder secrets set registryUsername --stack probe --file FILE",
        "  registryPassword: password of the robot account that pushes built images",
        "    npx mybinder secrets set registryPassword --stack probe --file FILE",
        "  buildTokenSecret: signs the pages of a federation's members, so that each launches what another one's page asks for",
        "    npx mybinder secrets share buildTokenSecret --stack probe",
        "  eventsServiceAccount: Google service account key (JSON) that writes launch events",
        "    npx mybinder secrets set eventsServiceAccount --stack probe --file FILE",
        "With Pulumi's own command: pulumi config set --secret KEY --stack probe < FILE, then npx mybinder secrets record --stack probe",
      ].join("\n"),
    ),
  );
});

test("a secret goes to every path of the values that needs it, and stays secret", async () => {
  const { values, given } = stackSecrets("probe", config, placeholder, {});
  const registry = (values["binderhub"] as { registry: { password: pulumi.Output<string> } }).registry;
  expect(await valueOf(registry.password)).toBe("placeholder-registryPassword");
  expect(await pulumi.isSecret(registry.password)).toBe(true);
  expect(await valueOf(given.get("kubeconfig") ?? pulumi.output(""))).toContain("placeholder-kubeconfig");
});

test("an optional secret that is set turns on what it is for; one that is not leaves it off", () => {
  const all = stackSecrets("probe", config, placeholder, {}).values;
  expect(all["k8s-log-alerter-zulip"]).toMatchObject({ enabled: true });
  const given = (key: string): pulumi.Output<string> | undefined =>
    key === "zulip" ? undefined : placeholder(key);
  expect(stackSecrets("probe", config, given, {}).values["k8s-log-alerter-zulip"]).toBeUndefined();
});

test("what a volume remembers is kept while nothing uses it: a Harbor that is switched on again gets into its database", async () => {
  const remembered = generatedSecrets.filter(({ rotation }) => rotation.byHand !== undefined);
  expect(remembered.map(({ key }) => key)).toEqual(
    expect.arrayContaining(["grafana-admin", "harbor-admin", "harbor-database", "harbor-key"]),
  );
  const s3 = { bucket: "b", endpoint: "https://s3.example.org", region: "r" };
  const drawn = async (changes: Record<string, unknown>): Promise<{ all: unknown[]; values: Values }> => {
    const registered = await recordRegistrations("probe");
    const { values } = stackSecrets("probe", { ...config, ...changes }, placeholder, {});
    await pulumi.runtime.disconnect();
    const keys = remembered.map(({ key }) => key);
    const all = registered
      .filter(({ name }) => keys.includes(name))
      .map(({ name, inputs }) => [name, inputs]);
    return { all: all.sort(), values };
  };
  const secretRotations = { "harbor-key": "2026-11-26" };
  const on = await drawn({ registry: { kind: "harbor", s3, mirrors: [], guests: [] }, secretRotations });
  const off = await drawn({
    registry: { kind: "none" },
    monitoring: { ...config.monitoring, enabled: false },
    secretRotations,
  });
  expect(on.all).toHaveLength(remembered.length);
  expect(off.all).toEqual(on.all);
  expect(on.values["harbor"]).toHaveProperty("secretKey");
  expect(off.values["harbor"]).toBeUndefined();
  expect(off.values["grafana"]).toBeUndefined();
});

test("generated secrets are drawn once each and are secret", async () => {
  const { values } = stackSecrets("probe", config, placeholder, {});
  const { hub } = (values["binderhub"] as { jupyterhub: { hub: { cookieSecret: pulumi.Output<string> } } })
    .jupyterhub;
  expect(await valueOf(hub.cookieSecret)).toBe("hex-of-hub-cookie-secret");
  expect(await pulumi.isSecret(hub.cookieSecret)).toBe(true);
});

test("the same secret is one value at each of its paths, and its digest restarts what reads it from a file", async () => {
  const { values } = stackSecrets("probe", config, placeholder, {});
  const alerter = values["k8s-log-alerter-zulip"] as {
    podAnnotations: Record<string, pulumi.Output<string>>;
  };
  const digest = alerter.podAnnotations["checksum/zulip"] ?? pulumi.output("");
  expect(await valueOf(digest)).toMatch(/^[0-9a-f]{64}$/);
  const { zulip } = values["logAlerter"] as { zulip: pulumi.Output<unknown> };
  expect(await valueOf(zulip)).toMatchObject({ bot_key: "placeholder-zulip" });
});

describe("bans", () => {
  const banned = async (value: string): Promise<Record<string, unknown>> => {
    const read = (key: string): pulumi.Output<string> =>
      key === "bannedSpecs" ? pulumi.secret(value) : placeholder(key);
    const { values } = stackSecrets("probe", config, read, {});
    const { config: sections } = values["binderhub"] as {
      config: Record<string, { banned_specs: pulumi.Output<unknown> }>;
    };
    const ofProviders = Object.entries(sections).filter(([, section]) => "banned_specs" in section);
    const lists = ofProviders.map(async ([provider, { banned_specs: list }]) => {
      expect(await pulumi.isSecret(list)).toBe(true);
      return [provider, await valueOf(list)] as const;
    });
    return Object.fromEntries(await Promise.all(lists));
  };
  const none = Object.fromEntries(PROVIDERS.map((provider): [string, string[]] => [provider, []]));

  test("reach each provider of repositories, and stay secret", async () => {
    const bans = Object.fromEntries(PROVIDERS.map((provider) => [provider, [`^${provider}/.*`]]));
    expect(await banned(JSON.stringify(bans))).toEqual(bans);
  });

  test("of GitHub may be a plain list; they hold for gists too, which BinderHub takes for a kind of GitHub", async () => {
    const list = ["^a/.*"];
    expect(await banned(JSON.stringify(list))).toEqual({
      ...none,
      GitHubRepoProvider: list,
      GistRepoProvider: list,
    });
    expect(await banned('{GitHubRepoProvider: ["^a/.*"], GistRepoProvider: ["^b/.*"]}')).toEqual({
      ...none,
      GitHubRepoProvider: list,
      GistRepoProvider: ["^b/.*"],
    });
  });
});

/** The sections of BinderHub's configuration that come of these secrets; outputs settled. */
async function sections(given: Record<string, string>, stack = config): Promise<Record<string, Values>> {
  const read = (key: string): pulumi.Output<string> | undefined => {
    const { optional } = givenSecrets.find((secret) => secret.key === key) ?? {};
    if (given[key] !== undefined) return pulumi.secret(given[key]);
    return optional?.(config) === true ? undefined : placeholder(key);
  };
  const { values } = stackSecrets("probe", stack, read, {});
  const { config: all } = values["binderhub"] as { config: Values };
  return valueOf(pulumi.output(all));
}

describe("what pages are signed with", () => {
  const [one, other] = ["a".repeat(64), "b".repeat(64)];

  test("is BinderHub's own setting, and while it is rotated the other one is accepted besides", async () => {
    expect(await sections({ buildTokenSecret: one })).toMatchObject({
      BinderHub: { build_token_secret: one },
      BuildTokenRotation: { accepted: [] },
    });
    expect(await sections({ buildTokenSecret: `${one} next:${other}` })).toMatchObject({
      BinderHub: { build_token_secret: one },
      BuildTokenRotation: { accepted: [other] },
    });
  });

  test("is drawn where a stack is a federation of its own, and given where it has other members", async () => {
    const both = (...members: string[]): StackConfig =>
      parseConfig("probe", {
        role: "both",
        domain: "probe.mybinder.org",
        cluster: { kind: "k3s", managed: false, machine: { cpus: 8, memoryGiB: 64, diskGiB: 900 } },
        registry: { kind: "none" },
        federation: { members: members.map((name) => ({ name, weight: 1 })) },
      });
    expect((await sections({}, both("probe")))["BinderHub"]).toEqual({
      build_token_secret: "hex-of-build-token",
    });
    expect((await sections({ buildTokenSecret: one }, both("probe", "other")))["BinderHub"]).toEqual({
      build_token_secret: one,
    });
  });
});

describe("logins at GitHub and GitLab", () => {
  test("are settings of BinderHub's providers", async () => {
    const given = { githubClientId: "Iv1.abc", githubClientSecret: "shh", gitlabPrivateToken: "glpat" };
    const { GitHubRepoProvider: github, GitLabRepoProvider: gitlab } = await sections(given);
    expect(github).toEqual({ client_id: "Iv1.abc", client_secret: "shh" });
    expect(gitlab).toEqual({ private_token: "glpat" });
    const tokens = await sections({ githubAccessToken: "ghp", gitlabAccessToken: "oauth" });
    expect(tokens["GitHubRepoProvider"]).toEqual({ access_token: "ghp" });
    expect(tokens["GitLabRepoProvider"]).toEqual({ access_token: "oauth" });
    expect(warnings).toEqual([]);
  });

  test("are missed at GitHub on a member on the internet: a warning has the limit and the commands", async () => {
    await sections({ gitlabPrivateToken: "glpat" });
    expect(warnings).toEqual([
      "stack probe: no GitHub credentials are set. Without them GitHub allows 60 lookups an hour per address, and " +
        "further launches from GitHub in that hour fail. An OAuth app raises the limit to 5,000:\n" +
        "  npx mybinder secrets set githubClientId --stack probe --file FILE\n" +
        "  npx mybinder secrets set githubClientSecret --stack probe --file FILE",
    ]);
    warnings.length = 0;
    await sections({}, { ...config, certificates: { ...config.certificates, tls: false } });
    expect(warnings).toEqual([]);
  });

  test("of an OAuth app come in pairs", async () => {
    await expect(sections({ githubClientId: "Iv1.abc" })).rejects.toThrow(
      "githubClientId has no effect without githubClientSecret: npx mybinder secrets set githubClientSecret --stack probe --file FILE",
    );
  });
});

test("Grafana's mail server is an environment of its own names, and nothing of it is taken for a template", async () => {
  const smtp = '{host: "smtp.example.org:587", user: u, password: "a{{b}}", from_address: a@example.org}';
  const read = (key: string): pulumi.Output<string> =>
    key === "grafanaSmtp" ? pulumi.secret(smtp) : placeholder(key);
  const { grafana } = stackSecrets("probe", config, read, {}).values as {
    grafana: { envRenderSecret: pulumi.Output<unknown> };
  };
  expect(await valueOf(grafana.envRenderSecret)).toEqual({
    GF_SMTP_ENABLED: "true",
    GF_SMTP_HOST: "smtp.example.org:587",
    GF_SMTP_USER: "u",
    GF_SMTP_PASSWORD: 'a{{ "{{" }}b}}',
    GF_SMTP_FROM_ADDRESS: "a@example.org",
  });
  expect(await pulumi.isSecret(grafana.envRenderSecret)).toBe(true);
});

describe("generated secrets that were taken over", () => {
  const adopted = { "hub-cookie-secret": "CANARY-cookie", "grafana-admin": "CANARY-grafana" };
  const read = (key: string): pulumi.Output<string> =>
    key === ADOPTED_SECRETS ? pulumi.secret(JSON.stringify(adopted)) : placeholder(key);
  const outputs = (values: Values): { cookie: pulumi.Output<string>; token: pulumi.Output<string> } => {
    const { hub, proxy } = (
      values["binderhub"] as {
        jupyterhub: {
          hub: { cookieSecret: pulumi.Output<string> };
          proxy: { secretToken: pulumi.Output<string> };
        };
      }
    ).jupyterhub;
    return { cookie: hub.cookieSecret, token: proxy.secretToken };
  };

  test("take the place of drawn ones and stay secret; the others are drawn", async () => {
    const { cookie, token } = outputs(stackSecrets("probe", config, read, {}).values);
    expect(await valueOf(cookie)).toBe("CANARY-cookie");
    expect(await pulumi.isSecret(cookie)).toBe(true);
    expect(await valueOf(token)).toBe("hex-of-proxy-token");
  });

  test("give way to the drawn one when they are rotated", async () => {
    const rotated = { ...config, secretRotations: { "hub-cookie-secret": "2026-11-24" } };
    const { cookie } = outputs(stackSecrets("probe", rotated, read, {}).values);
    expect(await valueOf(cookie)).toBe("hex-of-hub-cookie-secret");
  });

  test("are such as the catalogue generates, and found in places of their own", () => {
    const generated = new Set(generatedSecrets.map(({ key }) => key));
    expect(Object.keys(generatedPlaces).filter((key) => !generated.has(key))).toEqual([]);
    const given = new Set(givenSecrets.map(({ key }) => key));
    expect(Object.keys(givenPlaces).filter((key) => !given.has(key))).toEqual([]);
  });
});
