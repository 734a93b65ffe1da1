import { basename } from "node:path";
import { pulumiCli } from "../../../ground/cluster/pulumiCli";
import { findProcesses } from "../../../ground/terminal/processes";
import { isAtLeast } from "../../../ground/terminal/versions";
import { CannotTell, type Check, type Finding } from "../diagnosis";
import { pulumiVersion } from "../machine";
import { lockFindings, stateLocks } from "./locks";

/** What can be wrong with a stack's state in Pulumi's backend: `backend`, else the one that Pulumi uses. Only reads. */
export function stateChecks(stack: string, backend: string | undefined, now: Date): Check[] {
  const laid = backend === undefined ? {} : { PULUMI_BACKEND_URL: backend };
  const cli = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await pulumiCli(args, "", laid);
    if (code === 0) return stdout;
    throw new Error(`pulumi ${args.slice(0, 2).join(" ")}: ${stderr.trim().split("\n").at(-1) ?? ""}`);
  };
  // both checks need it, and its program takes a while to start
  let version: Promise<string | undefined> | undefined;
  const check = (
    name: string,
    otherwise: string,
    run: (version: string) => ReturnType<Check["run"]>,
  ): Check => ({
    name,
    worst: "problem",
    otherwise,
    run: async () => {
      const found = await (version ??= pulumiVersion());
      if (found !== undefined) return run(found);
      throw new CannotTell(
        "pulumi is not on PATH",
        "https://www.pulumi.com/docs/iac/download-install/",
        {},
        "warning",
      );
    },
  });
  return [
    check("state lock", "pulumi whoami --verbose   # the backend, and who is logged in", async () => {
      const url = backend ?? (JSON.parse(await cli("whoami", "--verbose", "--json")) as { url: string }).url;
      return lockFindings(stack, await stateLocks(url, stack), now, isPulumi);
    }),
    check("state's version", "pulumi stack ls   # is it the backend that has the stack?", async (found) =>
      versionFindings(stack, found, await cli("stack", "export", "--stack", stack)),
    ),
  ];
}

/** Whether the CLI is as new as the one that wrote the state: an older one may not understand it. `state`: as exported. */
export function versionFindings(stack: string, version: string, state: string): Finding[] {
  const { deployment } = JSON.parse(state) as { deployment: { manifest?: { version?: string } } };
  const wrote = deployment.manifest?.version?.replace(/^v/, "") ?? "";
  if (wrote === "" || isAtLeast(version, `>=${wrote}`)) return [];
  return [
    {
      level: "problem",
      about: "pulumi",
      found: `${version} is older than the ${wrote} that wrote the state of ${stack}; required: >=${wrote}`,
      fix: `https://www.pulumi.com/docs/iac/download-install/   # version ${wrote} or later`,
    },
  ];
}

function isPulumi(pid: number): boolean {
  return findProcesses(([program = ""]) => basename(program) === "pulumi").some((one) => one.pid === pid);
}
