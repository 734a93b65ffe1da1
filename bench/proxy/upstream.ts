import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { Failure } from "../../tools/ground/terminal/failure";
import type { BenchMember } from "./members";
import { cpuSecondsOf, end, memoryOf, pinned, type Running, untilAnswers } from "./processes";

/**
 * The application that mybinder.org runs at present, from a folder with its `app.py` and a virtual environment `venv`
 * with tornado, pycurl and prometheus-client. With the configuration of its chart. Nothing of it is in this repository.
 */
export async function startUpstream(folder: string, members: readonly BenchMember[]): Promise<Running> {
  const [source, python] = [join(folder, "app.py"), join(folder, "venv", "bin", "python")];
  for (const file of [source, python]) {
    if (!existsSync(file)) throw new Failure(`--upstream: there is no ${file}`, 2);
  }
  const config = join(folder, "bench.json");
  const hosts = members.map(({ name, url }, index) => [
    name,
    { url, weight: 50, prime: index === 0, health: `${url}/health`, versions: `${url}/versions` },
  ]);
  const check = { period: 15, jitter: 0.1, retries: 5, timeout: 5, failed_period: 90 };
  const settings = {
    check,
    load_balancer: "rendezvous",
    pod_headroom: 10,
    hosts: Object.fromEntries(hosts) as unknown,
  };
  writeFileSync(config, JSON.stringify(settings));
  const script = join(folder, "bench-app.py");
  writeFileSync(script, readFileSync(source, "utf8").replace("/etc/federation-redirect/config.json", config));
  const port = await freePort();
  const app = pinned(python, [script, `--port=${String(port)}`, "--logging=error"]);
  await untilAnswers(app, `http://127.0.0.1:${String(port)}/active_hosts`);
  return {
    port,
    process: app,
    memory: () => ({ app: memoryOf(app) }),
    cpuSeconds: () => cpuSecondsOf(app),
    stop: () => end(app),
  };
}
