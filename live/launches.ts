import type { Kind, LauncherConfig, LaunchMember } from "../apps/synthetic-launcher/config";
import { launch, type Launched } from "../apps/synthetic-launcher/launch";
import { type JupyterServer, shutDown } from "../apps/synthetic-launcher/server";
import { specOf } from "../apps/synthetic-launcher/spelling";
import { type LiveLine, lineOf } from "./check";
import { lookInside } from "./inside";
import type { LaunchPlan } from "./launchPlan";
import { neighbourLine } from "./neighbour";

/** Seconds that each phase may take: as the synthetic launcher's, but somebody waits for this one. */
export const LIMITS: LauncherConfig["limits"] = {
  page: 30,
  queued: 60,
  building: 600,
  pushing: 300,
  launching: 180,
  ready: 60,
  stopping: 60,
};
/** A kernel starts, and connects to six places at 3 s each. */
export const KERNEL_SECONDS = 45;
/** BinderHub sends a comment each 25 s. */
export const SILENCE_SECONDS = 90;

/**
 * Launches at a member, runs code in a kernel, and shuts the server down, whatever failed before. While a server of a cached
 * image runs, a second one looks whether it reaches the first. Never rejects.
 */
export async function launchLines(member: LaunchMember, plan: LaunchPlan): Promise<LiveLine[]> {
  const at = member.name;
  const { kind, limits, silenceSeconds, signal } = plan;
  const spec =
    kind === "cached" ? specOf("cached", plan, 0) : `gh/${freshSpelling(plan.repository)}/${plan.ref}`;
  const started = await launch(member, spec, { limits, silenceSeconds }, { signal, got: () => undefined });
  const name = kind === "cached" ? "launch" : "build";
  const first = await lineOf({
    check: name,
    at,
    run: () => Promise.resolve(told(started, member, spec, kind)),
  });
  const { server } = started;
  if (!server) {
    const left = "no server came; if one starts late, the hub's culler stops it";
    return [
      first,
      ...["kernel", "network", ...(kind === "cached" ? ["neighbour"] : []), "shutdown"].map((check) => ({
        check,
        at,
        outcome: "skip" as const,
        found: left,
      })),
    ];
  }
  const { kernel, network, address } = await lookInside(at, server, plan.kernelSeconds);
  const neighbour = kind === "cached" ? [await neighbourLine(member, spec, address, plan)] : [];
  const gone = await lineOf({ check: "shutdown", at, run: () => stop(server, limits.stopping) });
  return [first, kernel, network, ...neighbour, gone];
}

function told({ failure, phases }: Launched, { url }: LaunchMember, spec: string, kind: Kind): string {
  const taken = [...phases].map(([phase, seconds]) => `${phase} ${seconds.toFixed(1)} s`).join(", ");
  const where = `${url}/v2/${spec}`;
  if (failure) {
    const { phase, reason, message } = failure;
    throw new Error(
      `${where}: in phase ${phase}: ${reason} (${message}); expected: a server that answers; ${taken}`,
    );
  }
  if (kind === "uncached" && !phases.has("building")) {
    throw new Error(`${where}: nothing was built; expected: phase building; ${taken}`);
  }
  return `${spec}: ${taken}`;
}

async function stop(server: JupyterServer, limit: number): Promise<string> {
  const { host, pathname } = new URL(server.url);
  if (await shutDown(server, limit)) return `${host}: the server is gone`;
  throw new Error(
    `${host}: ${pathname} still answers ${String(limit)} s after its shutdown; expected: nothing. The hub's culler stops it`,
  );
}

/** The repository in a spelling that nobody used: BinderHub builds it again. The synthetic launcher's end in a capital. */
function freshSpelling(repository: string): string {
  const letters = Array.from(repository.toLowerCase(), (letter) =>
    Math.random() < 0.5 ? letter.toUpperCase() : letter,
  );
  const last = letters.findLastIndex((letter) => /[a-z]/i.test(letter));
  return letters.map((letter, index) => (index === last ? letter.toLowerCase() : letter)).join("");
}
