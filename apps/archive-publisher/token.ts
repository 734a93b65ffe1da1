import { createSign } from "node:crypto";
import { readFileSync } from "node:fs";
import { askBounded } from "../askBounded";
import { seconds } from "../clock";

interface ServiceAccountKey {
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id?: string;
  readonly token_uri: string;
}

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
/** Seconds before its end at which a token is no longer used. */
const MARGIN = 300;

/**
 * Access tokens of a service account, from its key. Source: RFC 7523 and
 * https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export class ServiceAccount {
  private token: { readonly value: string; readonly until: number } | undefined;

  constructor(private readonly keyFile: string) {}

  /** A token that lasts some minutes. Rejects with what Google said, never with a part of the key. */
  async accessToken(): Promise<string> {
    if (this.token && seconds() < this.token.until) return this.token.value;
    // read each time, since Kubernetes replaces a Secret's files in place
    const key = JSON.parse(readFileSync(this.keyFile, "utf8")) as ServiceAccountKey;
    const body = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: assertion(key),
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const question = { method: "POST", headers, body: body.toString() };
    const { status, text } = await askBounded(new URL(key.token_uri), question, {
      timeoutMs: 20_000,
      maxBytes: 1 << 16,
    });
    if (status !== 200) {
      throw new Error(`no access token for ${key.client_email}: ${String(status)} ${text.trim()}`);
    }
    const answer = JSON.parse(text) as { readonly access_token: string; readonly expires_in: number };
    this.token = { value: answer.access_token, until: seconds() + answer.expires_in - MARGIN };
    return answer.access_token;
  }
}

function assertion({ client_email, private_key, private_key_id, token_uri }: ServiceAccountKey): string {
  const now = Math.floor(new Date().getTime() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = { alg: "RS256", typ: "JWT", ...(private_key_id !== undefined && { kid: private_key_id }) };
  const claims = { iss: client_email, scope: SCOPE, aud: token_uri, iat: now, exp: now + 3600 };
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(private_key, "base64url")}`;
}
