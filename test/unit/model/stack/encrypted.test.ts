import { parseConfig } from "../../../../model/stack/config";
import { encryptedKeys } from "../../../../model/stack/encrypted";
import { publicConfig } from "../../../../tools/ground/stackFile/stacks";

test("what is encrypted is found at any depth, by the key that Pulumi takes", () => {
  const secure = { secure: "v1:AAAA" };
  expect(
    encryptedKeys({
      domain: secure,
      overrides: [{ reason: "a", values: {} }, { values: { a: { b: [secure, "c"] }, d: secure } }],
      fine: { secure: { enabled: true }, also: [{ secure: "x", more: 1 }] },
    }),
  ).toEqual(["mybinder:domain", "mybinder:overrides[1].values.a.b[0]", "mybinder:overrides[1].values.d"]);
});

test("a secret inside an override is refused, and the catalogue is named", () => {
  const values = { binderhub: { config: { GitHubRepoProvider: { client_secret: { secure: "v1:AAAA" } } } } };
  const overrides = [{ reason: "GitHub lets an application ask more often", values }];
  expect(() => parseConfig("hetzner-2i2c", { ...publicConfig("hetzner-2i2c"), overrides })).toThrow(
    /^ {2}mybinder:overrides\[0\]\.values\.binderhub\.config\.GitHubRepoProvider\.client_secret: found an encrypted value, but this key's value is stored in clear in Pulumi's state;.*npx mybinder secrets list/m,
  );
});
