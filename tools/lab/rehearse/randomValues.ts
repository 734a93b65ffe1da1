import { createHmac } from "node:crypto";

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * Draws what @pulumi/random would draw. There is no state to keep the values in, so they follow from `seed` (one
 * control plane's own random number) and the resource's name: a second rehearsal there draws the same again.
 * Throws for a kind that is not known, so that a new one is not passed over in silence.
 */
export function generateRandom(
  seed: string,
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const length = Number(inputs["length"]);
  const drawn = inputs["keepers"] === undefined ? name : `${name}\0${JSON.stringify(inputs["keepers"])}`;
  switch (type) {
    case "random:index/randomBytes:RandomBytes": {
      const bytes = stream(seed, drawn, length);
      return { hex: bytes.toString("hex"), base64: bytes.toString("base64") };
    }
    case "random:index/randomPassword:RandomPassword": {
      // 62 does not divide 256: the bias is harmless for a value that only ever meets a rehearsal.
      const text = [...stream(seed, drawn, length)]
        .map((byte) => ALPHANUMERIC[byte % ALPHANUMERIC.length])
        .join("");
      // Of a hash's shape, not the hash: nothing in a rehearsal checks a password.
      const hash = stream(seed, `${name}\0bcrypt`, 40)
        .toString("base64url")
        .slice(0, 53)
        .replace(/[-_]/g, "/");
      return { result: text, bcryptHash: `$2a$10$${hash}` };
    }
    default:
      throw new Error(`the rehearsal cannot generate ${type}; add it to tools/lab/rehearse/randomValues.ts`);
  }
}

function stream(seed: string, name: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHmac("sha256", seed)
      .update(`${name}\0${String(index)}`)
      .digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}
