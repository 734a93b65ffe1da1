/** Harbor answered, and the answer is no. Asking again is of no use. */
export class Refused extends Error {
  override readonly name = "Refused";
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** Harbor did not answer, or is in trouble: it may answer the next time. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** What goes with a request. */
export interface Details {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A good answer. */
export interface Answer<T> {
  readonly body: T;
  /** Id of what was created, from the header Location. */
  readonly created: number;
}

/** How a Harbor is reached. */
export interface Access {
  /** Scheme and host, without a slash at the end. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Seconds after which a request counts as not answered. */
  readonly timeoutSeconds: number;
}

/**
 * Harbor's REST API v2.0. What is asked of it, and how, is in test/support/harbor/description.ts. No cookie is kept, so
 * Harbor asks for no CSRF token.
 */
export class Harbor {
  constructor(private readonly access: Access) {}

  /** Asks for `path` below /api/v2.0. Throws Refused or Unavailable. */
  async request<T>(method: string, path: string, details: Details = {}): Promise<Answer<T>> {
    const { url, username, password } = this.access;
    const query = details.query ? `?${new URLSearchParams(details.query).toString()}` : "";
    const what = `${method} /api/v2.0${path}`;
    const response = await this.fetch(`${url}/api/v2.0${path}${query}`, {
      method,
      headers: {
        authorization: basic(username, password),
        ...(details.body !== undefined && { "content-type": "application/json" }),
        ...details.headers,
      },
      ...(details.body !== undefined && { body: JSON.stringify(details.body) }),
    });
    const text = await response.text().catch(() => "");
    if (response.status >= 500 || response.status === 429) {
      throw new Unavailable(`${what}: ${String(response.status)} ${reasonIn(text)}`);
    }
    if (!response.ok) {
      throw new Refused(`${what}: ${String(response.status)} ${reasonIn(text)}`, response.status);
    }
    const created = Number(/\/(\d+)$/.exec(response.headers.get("location") ?? "")?.[1] ?? 0);
    return { body: (text === "" ? undefined : JSON.parse(text)) as T, created };
  }

  /** All items of a list, page by page. */
  async list<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T[]> {
    const items: T[] = [];
    for (let page = 1; ; page += 1) {
      const paged = { ...query, page: String(page), page_size: "100" };
      const { body } = await this.request<T[] | null>("GET", path, { query: paged });
      items.push(...(body ?? []));
      if ((body ?? []).length < 100) return items;
    }
  }

  /**
   * Whether a user may log in: asks the service that gives docker its tokens. `/v2/` refuses every robot account with a password
   * alone (seen with Harbor 2.14.1).
   */
  async knows(username: string, password: string): Promise<boolean> {
    const response = await this.fetch(`${this.access.url}/service/token?service=harbor-registry`, {
      headers: { authorization: basic(username, password) },
    });
    await response.body?.cancel();
    if (response.status === 200) return true;
    if (response.status === 401) return false;
    throw new Unavailable(`GET /service/token: ${String(response.status)}`);
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, signal: AbortSignal.timeout(this.access.timeoutSeconds * 1000) });
    } catch (error) {
      const { message, cause } = error as Error;
      throw new Unavailable(
        `${init.method ?? "GET"} ${url}: ${cause instanceof Error ? cause.message : message}`,
      );
    }
  }
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** What Harbor says itself: {errors: [{code, message}]}. */
function reasonIn(text: string): string {
  try {
    const { errors = [] } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    return errors.map(({ code = "", message = "" }) => `${code} ${message}`.trim()).join("; ");
  } catch {
    return "";
  }
}
