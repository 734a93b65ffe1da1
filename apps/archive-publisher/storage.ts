import { createHash } from "node:crypto";
import { askBounded } from "../askBounded";
import { exchange, textOf } from "./exchange";

/*
 * Google's storage API by itself, since its client library cannot be in a ConfigMap of this chart: bundled, it has 865 kB, the
 * smallest that it can be made, and 247 kB compressed. Helm keeps a release in 1 MiB, with what is rendered and the chart's files,
 * so that the library alone would take two thirds of that on every stack.
 * Source: https://cloud.google.com/storage/docs/json_api/v1
 */

/** An object in a bucket, as the API describes it. */
export interface StoredObject {
  readonly name: string;
  /** Of its content; another upload is another generation. */
  readonly generation: string;
  /** Base64; not set for an object that was composed. */
  readonly md5Hash?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly updated?: string;
}

export interface Upload {
  readonly name: string;
  readonly type: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly size: number;
  readonly md5Hash: string;
  readonly content: () => AsyncIterable<Buffer>;
  /** The generation that it replaces; `undefined`: there must be none. */
  readonly replaces: string | undefined;
}

/** Somebody else wrote the object since it was looked at. */
export class Conflict extends Error {
  override readonly name = "Conflict";
}

interface Listing {
  readonly items?: readonly StoredObject[];
  readonly prefixes?: readonly string[];
  readonly nextPageToken?: string;
}

const FIELDS = "prefixes,items(name,generation,md5Hash,metadata,updated),nextPageToken";
/** A page has 1,000 objects of some 500 bytes. */
const LIST_BOUNDS = { timeoutMs: 60_000, maxBytes: 8 << 20 };

export class Storage {
  constructor(
    /** https://storage.googleapis.com */
    private readonly server: string,
    /** `undefined`: asks without one. */
    private readonly token: (() => Promise<string>) | undefined,
  ) {}

  /** The objects of a bucket below `prefix`, by name. */
  async list(bucket: string, prefix: string): Promise<StoredObject[]> {
    const pages = await this.pages(bucket, { prefix });
    return pages.flatMap(({ items = [] }) => items).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The folders directly below `prefix`, which ends in a slash; each with its prefix and slash. */
  async folders(bucket: string, prefix: string): Promise<string[]> {
    const pages = await this.pages(bucket, { prefix, delimiter: "/" });
    return pages.flatMap(({ prefixes = [] }) => prefixes).sort();
  }

  /** Content of an object. Throws after the last byte when the content is not the one that was listed. */
  async *read(bucket: string, { name, generation, md5Hash }: StoredObject): AsyncGenerator<Buffer> {
    const url = this.url(`/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`, {
      alt: "media",
      generation,
    });
    const answer = await exchange(url, { headers: await this.headers() });
    if (answer.statusCode !== 200) throw await refused(`GET ${bucket}/${name}`, answer);
    const md5 = createHash("md5");
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      md5.update(chunk);
      yield chunk;
    }
    if (!answer.complete) throw new Error(`GET ${bucket}/${name}: the connection ended too early`);
    if (md5Hash !== undefined && md5.digest("base64") !== md5Hash) {
      throw new Error(`GET ${bucket}/${name}: what came is not what is stored`);
    }
  }

  /**
   * Writes an object, content and metadata in one request: readers see the former one or the whole new one. The server compares
   * the MD5, so that it takes nothing that was cut short. Throws Conflict when another generation is there than it replaces.
   */
  async write(bucket: string, upload: Upload): Promise<StoredObject> {
    const { name, type, metadata, size, md5Hash, content, replaces } = upload;
    const url = this.url(`/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`, {
      uploadType: "multipart",
      name,
      ifGenerationMatch: replaces ?? "0",
    });
    const about = JSON.stringify({ name, contentType: type, md5Hash, ...(metadata && { metadata }) });
    const boundary = `boundary-${createHash("sha256").update(about).digest("hex").slice(0, 32)}`;
    const head = Buffer.from(
      `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${about}\r\n` +
        `--${boundary}\r\ncontent-type: ${type}\r\n\r\n`,
    );
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    const answer = await exchange(url, {
      method: "POST",
      headers: {
        ...(await this.headers()),
        "content-type": `multipart/related; boundary=${boundary}`,
        "content-length": String(head.length + size + tail.length),
      },
      body: async function* () {
        yield head;
        yield* content();
        yield tail;
      },
    });
    if (answer.statusCode === 412) {
      answer.destroy();
      throw new Conflict(`${bucket}/${name}: written by somebody else meanwhile`);
    }
    if (answer.statusCode !== 200) throw await refused(`POST ${bucket}/${name}`, answer);
    return JSON.parse(await textOf(answer)) as StoredObject;
  }

  private async pages(bucket: string, query: Readonly<Record<string, string>>): Promise<Listing[]> {
    const pages: Listing[] = [];
    let pageToken: string | undefined;
    do {
      const url = this.url(`/storage/v1/b/${encodeURIComponent(bucket)}/o`, {
        ...query,
        fields: FIELDS,
        ...(pageToken !== undefined && { pageToken }),
      });
      const { status, text } = await askBounded(url, { headers: await this.headers() }, LIST_BOUNDS);
      if (status !== 200) {
        throw new Error(`list ${bucket}/${query["prefix"] ?? ""}: ${String(status)} ${short(text)}`);
      }
      const page = JSON.parse(text) as Listing;
      pages.push(page);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && pageToken !== "");
    return pages;
  }

  private url(path: string, query: Readonly<Record<string, string>>): URL {
    const url = new URL(path, this.server);
    url.search = new URLSearchParams(query).toString();
    return url;
  }

  private async headers(): Promise<Record<string, string>> {
    return this.token ? { authorization: `Bearer ${await this.token()}` } : {};
  }
}

async function refused(asked: string, answer: Parameters<typeof textOf>[0]): Promise<Error> {
  return new Error(`${asked}: ${String(answer.statusCode)} ${short(await textOf(answer))}`);
}

function short(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 300);
}
