import type { LaunchMember } from "../apps/synthetic-launcher/config";
import { launch } from "../apps/synthetic-launcher/launch";
import { shutDown } from "../apps/synthetic-launcher/server";
import { type LiveLine, lineOf } from "./check";
import { reaches } from "./inside";
import type { LaunchPlan } from "./launchPlan";

/**
 * Launches once more while a first server runs, and looks from the second one whether the first can be reached at `address`
 * of its network. The second one is shut down. Never rejects.
 */
export async function neighbourLine(
  member: LaunchMember,
  spec: string,
  address: string | undefined,
  { limits, silenceSeconds, signal, kernelSeconds }: LaunchPlan,
): Promise<LiveLine> {
  const at = member.name;
  const skip = (found: string): LiveLine => ({ check: "neighbour", at, outcome: "skip", found });
  if (address === undefined) return skip("the first server does not know where others would find it");
  const { server, failure } = await launch(
    member,
    spec,
    { limits, silenceSeconds },
    { signal, got: () => undefined },
  );
  if (!server) return skip(`no second server to look from: ${failure?.reason ?? "none came"}`);
  const { host } = new URL(server.url);
  const line = await lineOf({
    check: "neighbour",
    at,
    run: async () => {
      if (!(await reaches(server, address, kernelSeconds))) {
        return `${host}: does not reach the server of somebody else at ${address}`;
      }
      throw new Error(
        `${host}: reaches the server of somebody else at ${address}; expected: the network policies of user pods keep it from there`,
      );
    },
  });
  if (await shutDown(server, limits.stopping)) return line;
  const { pathname } = new URL(server.url);
  const left = `${host}: ${pathname} still answers after its shutdown. The hub's culler stops it`;
  return line.outcome === "FAIL" ? line : { ...line, outcome: "FAIL", found: left };
}
