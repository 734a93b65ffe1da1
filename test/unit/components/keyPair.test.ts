import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { keyPair } from "../../../components/keyPair";
import { run } from "../../../tools/ground/terminal/run";
import { ROOT } from "../../../tools/ground/root";
import { recordRegistrations, valueOf } from "../../support/mocks";

test("the command prints an RSA key, and a certificate that is of that key and signed by it", async () => {
  const script = readFileSync(join(ROOT, "components", "keyPair", "selfSigned.mjs"), "utf8");
  const { code, stdout } = await run("node", ["--input-type=module", "-", "probe-token", "2048"], script);
  expect(code).toBe(0);
  const pair = JSON.parse(stdout) as { key: string; certificate: string };
  const certificate = new X509Certificate(pair.certificate);
  const key = createPrivateKey(pair.key);
  expect(pair.key).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
  expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
  expect(certificate.subject).toBe("CN=probe-token");
  expect(certificate.checkPrivateKey(key)).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(Date.parse(certificate.validFrom)).toBeLessThanOrEqual(Date.now());
  expect(new Date(certificate.validTo).getUTCFullYear()).toBe(9999);
});

test("key and certificate are secret, what is printed is not logged, and the command names neither", async () => {
  const registered = await recordRegistrations("probe");
  const { key, certificate } = keyPair("probe-token", { subject: "probe-token", bits: 2048 }, {});
  expect(await valueOf(key)).toBe("key-of-probe-token");
  expect(await valueOf(certificate)).toBe("certificate-of-probe-token");
  expect(await pulumi.isSecret(key)).toBe(true);
  expect(await pulumi.isSecret(certificate)).toBe(true);
  expect(registered[0]).toMatchObject({
    type: "command:local:Command",
    inputs: { create: "node --input-type=module - probe-token 2048", logging: "stderr" },
  });
});

test("a pair that `pulumi up --target` of something else does not make is empty, not an error", async () => {
  const newResource = ({ name, inputs }: pulumi.runtime.MockResourceArgs) => ({
    id: name,
    state: inputs as Record<string, unknown>,
  });
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "mybinder", "probe", false);
  const { key } = keyPair("untargeted-token", { subject: "untargeted-token", bits: 2048 }, {});
  expect(await valueOf(key)).toBe("");
});
