import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Protocol } from "../networkPolicy";

/** A connection that is tried: from a pod, `node` or `outside`. */
export type Try = readonly [from: string, ip: string, port: number, protocol: Protocol];
/** Where a namespace answers. */
export type Place = readonly [ip: string, port: number];

/** An answer that does not come in this time never comes: what is refused is told at once, and a lost packet is sent again after 1 s. */
const SECONDS = 4;

/** What a node's kernel and user must be able to do, in a namespace that is gone with it. */
const NEEDED = `ip link add near type veth peer name far
  ipset create mybinder hash:net
  for tables in iptables ip6tables; do
    $tables -A FORWARD -m conntrack --ctstate ESTABLISHED -m comment --comment c -m mark --mark 1/1 -j ACCEPT
    $tables -A INPUT -m addrtype --dst-type LOCAL -p tcp -m multiport --dports 1:2 -m limit --limit 1/second -j NFLOG
    $tables -A FORWARD -j REJECT
  done
  iptables -A FORWARD -m set --match-set mybinder dst -j MARK --set-mark 1`;

/** Whether this machine lets the tests make namespaces with rules of network policies. If not, says in a line what it lacks. */
export function canMakeNetworks(): boolean {
  const { status, stderr } = spawnSync("unshare", ["--mount", "--net", "sh", "-ec", NEEDED], {
    encoding: "utf8",
  });
  if (status === 0) return true;
  const [why = "no unshare"] = (stderr as string | null)?.trim().split("\n") ?? [];
  process.stderr.write(`skipped: no rules of network policies here, as root with Linux' netfilter: ${why}\n`);
  return false;
}

/** A monotonic time in nanoseconds, comparable with what `first` gives. */
export const now = (): number => Number(process.hrtime.bigint());

/**
 * A node's network with namespaces for its pods and for all that is outside (network.py). No name and no device of it is to be seen
 * outside of it, so any number of them run side by side, and all of it is gone with its first process.
 */
export class PodNetwork {
  private readonly waiting: ((answer: { value?: unknown; error?: string }) => void)[] = [];
  private log = "";

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    createInterface(child.stdout).on("line", (line) => {
      this.waiting.shift()?.(JSON.parse(line) as object);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    child.stdin.on("error", () => undefined); // told by its end
    child.once("exit", () => {
      for (const answer of this.waiting.splice(0)) answer({ error: `the network ended: ${this.log}` });
    });
  }

  /** A node with these addresses and that of its pods' gateway. It reaches a port of this machine's loopback at its own. */
  static async start(options: {
    readonly addresses: readonly string[];
    readonly gateway: string;
    readonly listens: readonly Place[];
    readonly apiPort: number;
  }): Promise<PodNetwork> {
    const program = join(__dirname, "network.py");
    const flags = ["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"];
    const network = new PodNetwork(spawn("unshare", [...flags, "python3", "-B", program]));
    try {
      await network.ask("node", options.addresses, options.gateway, options.listens, options.apiPort);
    } catch (error) {
      await network.stop();
      throw error;
    }
    return network;
  }

  /** Adds a pod, or with `outside` all that is reached by the node's own way out. */
  async add(
    name: string,
    addresses: readonly string[],
    listens: readonly Place[],
    outside = false,
  ): Promise<void> {
    await this.ask("add", name, addresses, listens, outside);
  }

  /** Which of the connections are answered. Tries them all at once. */
  async reached(tries: readonly Try[], seconds = SECONDS): Promise<boolean[]> {
    return (await this.ask("try", tries, seconds)) as boolean[];
  }

  /** When a connection is first answered, or is first not, as `now` has it; `undefined` when it never is. It is tried all the time. */
  async first(one: Try, answered: boolean, seconds = 60): Promise<number | undefined> {
    return ((await this.ask("first", one, answered, seconds)) as number | null) ?? undefined;
  }

  /** Opens a TCP connection that stays. */
  async hold(name: string, one: Try): Promise<void> {
    await this.ask("hold", name, one);
  }

  /** Whether a connection that is held still answers. */
  async talks(name: string): Promise<boolean> {
    return (await this.ask("talk", name, 2)) as boolean;
  }

  /** Starts a program in the node's namespace. What it writes goes to a file. */
  async start(name: string, args: readonly string[], log: string): Promise<void> {
    await this.ask("start", name, args, log);
  }

  async end(name: string): Promise<void> {
    await this.ask("end", name);
  }

  /** Ends every process of it, and so all of it. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }

  private async ask(...command: readonly unknown[]): Promise<unknown> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      throw new Error(`the network ended: ${this.log}`);
    }
    const answer = new Promise<{ value?: unknown; error?: string }>((resolve) => this.waiting.push(resolve));
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, error } = await answer;
    if (error !== undefined) throw new Error(error);
    return value;
  }
}
