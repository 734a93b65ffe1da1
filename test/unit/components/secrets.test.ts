import * as pulumi from "@pulumi/pulumi";
import { stackSecrets } from "../../../components/secrets";
import { parseConfig } from "../../../model/config";
import type { Values } from "../../../model/mergeValues";
import { ADOPTED_SECRETS, generatedPlaces, givenPlaces } from "../../../secret/adopted";
import { generatedSecrets } from "../../../secret/generated";
import { givenSecrets } from "../../../secret/given";
import { pack } from "../../../secret/packed";
import { recordRegistrations, valueOf } from "../../support/mocks";

const config = parseConfig("probe", {
  role: "member",
  domain: "probe.mybinder.org",
  cluster: { kind: "k3s", managed: false, machine: { cpus: 8, memoryGiB: 64, diskGiB: 900 } },
  registry: { kind: "external", url: "https://r.example.org", imagePrefix: "r.example.org/x/i-" },
});

beforeEach(async () => {
  await recordRegistrations("probe");
});

test("one error lists every missing secret, with what it is for and the command that sets it", () => {
  expect(() => stackSecrets("probe", config, () => undefined, {})).toThrow(
    new pulumi.RunError(
      [
        "stack probe: 4 secrets are not set",
        "  kubeconfig: administrator's access to a cluster that is not managed here",
        "    npx mybinder secrets set kubeconfig --stack probe --file FILE",
        "  registryUsername: robot account that pushes built images",
        "    npx mybinder secrets set registryUsername --stack probe --file FILE",
        "  registryPassword: password of the robot account that pushes built images",
        "    npx mybinder secrets set registryPassword --stack probe --file FILE",
        "  eventsServiceAccount: Google service account key (JSON) that writes launch events",
        "    npx mybinder secrets set eventsServiceAccount --stack probe --file FILE",
        "Without the check of its shape: pulumi config set --secret KEY --stack probe < FILE",
      ].join("\n"),
    ),
  );
});

test("a secret goes to every path of the values that needs it, and stays secret", async () => {
  const read = (key: string): pulumi.Output<string> =>
    pulumi.secret(key === "bannedIngress" ? "[192.0.2.2]" : `{of: ${key}}`);
  const { values, given } = stackSecrets("probe", config, read, {});
  const registry = (values["binderhub"] as { registry: { password: pulumi.Output<string> } }).registry;
  expect(await valueOf(registry.password)).toBe("{of: registryPassword}");
  expect(await pulumi.isSecret(registry.password)).toBe(true);
  expect(await valueOf(given.get("kubeconfig") ?? pulumi.output(""))).toBe("{of: kubeconfig}");
});

test("an optional secret that is set turns on what it is for; one that is not leaves it off", () => {
  const all = stackSecrets("probe", config, () => pulumi.secret("{}"), {}).values;
  expect(all["k8s-log-alerter-zulip"]).toMatchObject({ enabled: true });
  const given = (key: string): pulumi.Output<string> | undefined =>
    key === "zulip" ? undefined : pulumi.secret("{}");
  expect(stackSecrets("probe", config, given, {}).values["k8s-log-alerter-zulip"]).toBeUndefined();
});

test("generated secrets are drawn once each and are secret", async () => {
  const { values } = stackSecrets("probe", config, () => pulumi.secret("{}"), {});
  const { hub } = (values["binderhub"] as { jupyterhub: { hub: { cookieSecret: pulumi.Output<string> } } })
    .jupyterhub;
  expect(await valueOf(hub.cookieSecret)).toBe("hex-of-hub-cookie-secret");
  expect(await pulumi.isSecret(hub.cookieSecret)).toBe(true);
});

test("the same secret is one value at each of its paths, and its digest restarts what reads it from a file", async () => {
  const { values } = stackSecrets("probe", config, (key) => pulumi.secret(`{of: ${key}}`), {});
  const alerter = values["k8s-log-alerter-zulip"] as {
    podAnnotations: Record<string, pulumi.Output<string>>;
  };
  const digest = alerter.podAnnotations["checksum/zulip"] ?? pulumi.output("");
  expect(await valueOf(digest)).toMatch(/^[0-9a-f]{64}$/);
  const { zulip } = values["logAlerter"] as { zulip: pulumi.Output<unknown> };
  expect(await valueOf(zulip)).toEqual({ of: "zulip" });
});

test("a long value that was packed is read as it was", async () => {
  const long = `[${"192.0.2.2, ".repeat(5000)}192.0.2.3]`;
  const { given } = stackSecrets("probe", config, () => pulumi.secret(pack(long)), {});
  expect(await valueOf(given.get("bannedIngress") ?? pulumi.output(""))).toBe(long);
});

describe("generated secrets that were taken over", () => {
  const adopted = { "hub-cookie-secret": "CANARY-cookie", "grafana-admin": "CANARY-grafana" };
  const read = (key: string): pulumi.Output<string> =>
    pulumi.secret(key === ADOPTED_SECRETS ? JSON.stringify(adopted) : "{}");
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
