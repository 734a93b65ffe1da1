import { spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../tools/lab/controlPlane/ports";

/** A real CoreDNS on loopback, with a Corefile as K3s' but for `kubernetes`, and a second instead of 30 between its looks at it. */
export interface RunningCoreDns {
  /** What it answers for a name: an address, or the error's code. */
  readonly lookUp: (name: string) => Promise<string>;
  /** Gives it the file of our bans, as the kubelet does when the ConfigMap changed. */
  readonly setServers: (text: string) => void;
  /** Memory that it holds, in MiB. */
  readonly memory: () => number;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** Starts CoreDNS; `upstream` is the port of the name server that it asks. */
export async function startCoreDns(program: string, upstream: number): Promise<RunningCoreDns> {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-coredns-"));
  const port = await freePort();
  const corefile = [
    `.:${String(port)} {`,
    "  bind 127.0.0.1",
    "  errors",
    "  cache 30",
    "  loop",
    "  reload 2s 1s",
    "  loadbalance",
    `  import ${folder}/*.override`,
    `  forward . 127.0.0.1:${String(upstream)}`,
    "}",
    `import ${folder}/*.server`,
    "",
  ].join("\n");
  writeFileSync(join(folder, "Corefile"), corefile);
  const setServers = (text: string): void => {
    const onLoopback = text.replaceAll(":53", `:${String(port)}`).replace("{\n", "{\n    bind 127.0.0.1\n");
    writeFileSync(join(folder, "bans.server"), onLoopback);
  };
  setServers("# no host name is banned\n");
  const child = spawn(program, ["-conf", join(folder, "Corefile")], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (log += chunk.toString()));
  }
  const lookUp = async (name: string): Promise<string> => {
    const resolver = new Resolver({ timeout: 1000, tries: 2 });
    resolver.setServers([`127.0.0.1:${String(port)}`]);
    return resolver.resolve4(name).then(
      ([address = ""]) => address,
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? "",
    );
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const memory = (): number => {
    const status = readFileSync(`/proc/${String(child.pid)}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  };
  return { lookUp, setServers, memory, log: () => log, stop };
}
