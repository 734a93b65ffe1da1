#!/usr/bin/env node
// node --input-type=module - NAME BITS < selfSigned.mjs: prints {key, certificate}, an RSA key (PKCS #1) and a certificate
// that it signed itself, both PEM, as JSON. Node makes keys but no certificates: those few bytes of DER are written here
// (RFC 5280, section 4.1; X.680 tags). It does not expire, since only the key in it is of use.
import { Buffer } from "node:buffer";
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const [name = "", bits = ""] = process.argv.slice(2);
const der = (tag, ...parts) => {
  const body = Buffer.concat(parts);
  const size = Buffer.from(body.length.toString(16).padStart(body.length > 255 ? 4 : 2, "0"), "hex");
  return Buffer.concat([Buffer.from(body.length < 128 ? [tag] : [tag, 0x80 | size.length]), size, body]);
};
const sequence = (...parts) => der(0x30, ...parts);
const oid = (hex) => der(0x06, Buffer.from(hex, "hex"));
const text = (tag, value) => der(tag, Buffer.from(value, "ascii"));

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: Number(bits),
  publicKeyEncoding: { type: "spki", format: "der" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});
const sha256WithRsa = sequence(oid("2a864886f70d01010b"), der(0x05));
const holder = sequence(der(0x31, sequence(oid("550403"), text(0x0c, name))));
const today = new Date().toISOString().slice(0, 10).replaceAll("-", "");
const unsigned = sequence(
  // below 0x80, or it would be negative
  der(0x02, Buffer.from([0x40]), randomBytes(15)),
  sha256WithRsa,
  holder,
  sequence(text(0x17, `${today.slice(2)}000000Z`), text(0x18, "99991231235959Z")),
  holder,
  publicKey,
);
const signature = der(0x03, Buffer.from([0]), sign("sha256", unsigned, privateKey));
const lines = sequence(unsigned, sha256WithRsa, signature)
  .toString("base64")
  .match(/.{1,64}/g);
const certificate = ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
process.stdout.write(JSON.stringify({ key: privateKey, certificate }));
