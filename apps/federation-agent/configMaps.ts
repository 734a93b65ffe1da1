import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { seconds } from "../clock";
import { find, InCluster } from "../inCluster";
import { isObject } from "./config";

/** Seconds between two looks at the API server. */
const PERIOD = 1;
/** What a ConfigMap may hold at most is 1 MiB; escaped in JSON it is more. */
const LIMITS = { timeoutMs: 5000, maxBytes: 4 << 20 };

/** An object whose data the agent reads. */
export interface Source {
  readonly kind: "configmaps" | "secrets";
  readonly name: string;
}

/**
 * ConfigMaps and Secrets, read straight from the API server: a kubelet takes up to a minute to bring a change into a volume. Where the
 * API server has not answered yet, or there is no access to it, the mounted files count; once it has, its last word does,
 * for the kubelets have it from there too.
 */
export class ConfigMaps {
  private readonly known = new Map<string, Readonly<Record<string, string>>>();
  private readonly api: InCluster | undefined;
  private asking = false;
  private asked = -Infinity;
  private said = "";
  /** Whether the API server answered the last time. */
  live = false;

  constructor(
    /** URL of the API server; undefined: only the files are read. */
    server: string | undefined,
    /** Folder with `token`, `ca.crt` and `namespace`, as Kubernetes mounts it. */
    private readonly account: string,
    /** Folder in which all of them are mounted, all their keys in one. */
    private readonly mounted: string,
    private readonly sources: readonly Source[],
    private readonly log: (line: string) => void,
  ) {
    this.api = server === undefined ? undefined : new InCluster(server, account, LIMITS);
  }

  /** The text of a key as it is known now; undefined when there is none. */
  text(name: string, key: string): string | undefined {
    const data = this.known.get(name);
    return data ? data[key] : textOf(join(this.mounted, key));
  }

  /** Begins to ask again when it is time. Does not wait, so that an API server that hangs holds nothing up. */
  refresh(): void {
    const { api } = this;
    if (api === undefined || this.asking || seconds() - this.asked < PERIOD) return;
    if (!existsSync(join(this.account, "token"))) return;
    this.asking = true;
    this.asked = seconds();
    void this.askAll(api).finally(() => {
      this.asking = false;
    });
  }

  private async askAll(api: InCluster): Promise<void> {
    try {
      const answers: [string, Readonly<Record<string, string>>][] = [];
      // one after the other, so that it is always the first that is said to fail
      for (const source of this.sources) answers.push([source.name, await ask(api, source)]);
      for (const [name, data] of answers) this.known.set(name, data);
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
}

/** What an object holds; nothing, where nobody has said anything. */
async function ask(api: InCluster, { kind, name }: Source): Promise<Readonly<Record<string, string>>> {
  const data = dataOf(await find(api, `/api/v1/namespaces/${api.namespace}/${kind}/${name}`));
  return kind === "secrets" ? decoded(data) : data;
}

function dataOf(object: unknown): Record<string, string> {
  const data = isObject(object) ? object["data"] : undefined;
  if (!isObject(data)) return {};
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
}

function decoded(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
  );
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
