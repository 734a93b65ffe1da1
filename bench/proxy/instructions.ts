import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../tools/lab/controlPlane/ports";
import { Failure } from "../../tools/ground/terminal/failure";
import { end, placeFiles, startReplica, untilAnswers } from "./processes";

/** The start takes the same either way, so the difference of two runs is what the requests took. */
const [FEW, MANY] = [500, 2500] as const;
/** HAProxy takes every member for up until a check fails; none takes place while instructions are counted. */
const NO_CHECKS = "check inter 1h";

/**
 * Processor instructions of one redirect in HAProxy, counted by callgrind (Debian package valgrind). Unlike a time, the
 * count is the same beside other work, so two versions can be compared anywhere. Throws Failure when valgrind ends early.
 */
export async function instructionsOfRedirect(
  files: Readonly<Record<string, string>>,
  checkout: string,
): Promise<number> {
  const replica = await startReplica(files, checkout);
  try {
    const [few, many] = [await count(files, replica.folder, FEW), await count(files, replica.folder, MANY)];
    return (many - few) / (MANY - FEW);
  } finally {
    await replica.stop();
  }
}

async function count(
  files: Readonly<Record<string, string>>,
  replicaFolder: string,
  requests: number,
): Promise<number> {
  const ports = { http: await freePort(), admin: await freePort(), agent: await freePort() };
  const config = (files["haproxy.cfg"] ?? "").replaceAll(/check inter \d+s/g, NO_CHECKS);
  const counted = { ...files, "haproxy.cfg": config };
  const folder = placeFiles(counted, mkdtempSync(join(tmpdir(), "mybinder-bench-")), ports);
  // what the agent wrote: the table, and pages that HAProxy reads at its start
  for (const file of readdirSync(replicaFolder, { withFileTypes: true })) {
    const there = join(folder, file.name);
    if (file.isFile() && (file.name === "table.map" || !existsSync(there))) {
      copyFileSync(join(replicaFolder, file.name), there);
    }
  }
  const valgrind = spawn(
    "valgrind",
    [
      ...["--tool=callgrind", "--callgrind-out-file=/dev/null"],
      ...["haproxy", "-db", "-f", join(folder, "haproxy.cfg")],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  valgrind.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const closed = new Promise((resolve) => valgrind.once("close", resolve));
  try {
    // a program starts slowly under valgrind
    await untilAnswers(valgrind, `http://127.0.0.1:${String(ports.admin)}/healthz`, 180);
    await launches(ports.http, requests);
  } finally {
    await end(valgrind);
    await closed;
    rmSync(folder, { recursive: true, force: true });
  }
  const collected = /Collected : (\d+)/.exec(said)?.[1];
  if (collected === undefined) throw new Failure(`valgrind: ${said.trim().slice(-500)}`);
  return Number(collected);
}

/** One launch after the other on one connection. Throws Failure when one is not redirected. */
async function launches(port: number, requests: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let index = 0; index < requests; index++) {
    const path = `/build/gh/owner-${String((index % 2000) + 1)}/repository/HEAD?urlpath=lab`;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request({ host: "127.0.0.1", port, path, agent, headers: { Host: "bench.example.org" } }, (answer) => {
        answer.resume().once("end", () => {
          resolve(answer.statusCode);
        });
      })
        .once("error", reject)
        .end();
    });
    if (status !== 307) throw new Failure(`a launch got ${String(status)} where 307 was expected`);
  }
  agent.destroy();
}
