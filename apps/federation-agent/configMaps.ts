import { existsSync, readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { isObject } from "./config";

/** Between two looks at the API server. */
const PERIOD_MS = 1000;
const TIMEOUT_MS = 5000;
/** What a ConfigMap may hold at most is 1 MiB; escaped in JSON it is more. */
const MAX_BYTES = 4 << 20;

/**
 * ConfigMaps, read straight from the API server: a kubelet takes up to a minute to bring a change into a volume. Where the
 * API server has not answered yet, or there is no access to it, the mounted files count; once it has, its last word does,
 * for the kubelets have it from there too.
 */
export class ConfigMaps {
  private readonly known = new Map<string, Readonly<Record<string, string>>>();
  private asking = false;
  private asked = 0;
  private said = "";
  /** Whether the API server answered the last time. */
  live = false;

  constructor(
    /** URL of the API server; undefined: only the files are read. */
    private readonly server: string | undefined,
    /** Folder with `token`, `ca.crt` and `namespace`, as Kubernetes mounts it. */
    private readonly account: string,
    /** Folder of the mounted ConfigMaps, all their keys in one. */
    private readonly mounted: string,
    private readonly names: readonly string[],
    private readonly log: (line: string) => void,
  ) {}

  /** The text of a key as it is known now; undefined when there is none. */
  text(name: string, key: string): string | undefined {
    const data = this.known.get(name);
    return data ? data[key] : textOf(join(this.mounted, key));
  }

  /** Begins to ask again when it is time. Does not wait, so that an API server that hangs holds nothing up. */
  refresh(): void {
    const { server } = this;
    if (server === undefined || this.asking || Date.now() - this.asked < PERIOD_MS) return;
    if (!existsSync(join(this.account, "token"))) return;
    this.asking = true;
    this.asked = Date.now();
    void this.askAll(server).finally(() => {
      this.asking = false;
    });
  }

  private async askAll(server: string): Promise<void> {
    try {
      const answers = await Promise.all(this.names.map((name) => this.ask(server, name)));
      this.names.forEach((name, index) => this.known.set(name, answers[index] ?? {}));
      this.live = true;
      this.say("");
    } catch (error) {
      this.live = false;
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  /** Says what is wrong once, not each second. */
  private say(problem: string): void {
    if (problem === this.said) return;
    this.said = problem;
    this.log(problem === "" ? "the API server answers" : `the API server: ${problem}`);
  }

  private ask(server: string, name: string): Promise<Readonly<Record<string, string>>> {
    const [token, ca, namespace] = ["token", "ca.crt", "namespace"].map((file) =>
      readFileSync(join(this.account, file), "utf8").trim(),
    );
    const url = `${server}/api/v1/namespaces/${namespace ?? ""}/configmaps/${name}`;
    const headers = { Authorization: `Bearer ${token ?? ""}`, Accept: "application/json" };
    return new Promise((resolve, reject) => {
      const options = { agent: false, headers, ca, signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
      const asked = request(url, options, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => {
          body += text;
          if (body.length > MAX_BYTES) response.destroy(new Error(`${name} is too large`));
        });
        response.on("error", reject);
        response.on("end", () => {
          // nobody has said anything
          if (response.statusCode === 404) resolve({});
          else if (response.statusCode === 200) resolve(dataOf(body));
          else reject(new Error(`${name} answered ${String(response.statusCode)}`));
        });
      });
      asked.on("error", reject).end();
    });
  }
}

function dataOf(body: string): Record<string, string> {
  const object: unknown = JSON.parse(body);
  const data = isObject(object) ? object["data"] : undefined;
  if (!isObject(data)) return {};
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
