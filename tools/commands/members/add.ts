import { Command } from "commander";
import { z } from "zod";
import { hostname } from "../../../model/schema/parts";
import { gibibytes, numberBetween, wholeNumber } from "../../ground/terminal/arguments";
import { fingerprint, scanHostKey } from "../../operate/members/hostKey";
import { type NewMember, planAdd } from "../../operate/members/plan";
import { apply } from "./apply";

interface AddOptions {
  readonly domain: string;
  readonly host: string;
  readonly memory: number;
  readonly hostKey?: string;
  readonly cpus?: number;
  readonly disk?: number;
  readonly dataDisk?: number;
  readonly dataDevice?: string;
  readonly sponsor?: string;
  readonly bucket?: string;
  readonly endpoint?: string;
  readonly weight: number;
  readonly proxy: string;
}

/** Memory of one CPU on the machines that providers sell, in GiB. */
const MEMORY_OF_A_CPU = 4;
/** What the build cache and the metrics need by default, with the fifth that stays free, in GiB. */
const DISK_GIB = 450;

/** `mybinder members add`. */
export function addCommand(): Command {
  return new Command("add")
    .argument("<name>", "name of the member: its stack, release and namespace")
    .description(
      "Write the member's stack file and its entry in the proxy's; print the derived values and the remaining steps",
    )
    .requiredOption("--domain <domain>", "domain below which its hosts are derived")
    .requiredOption("--host <address>", "host name or address of the machine for SSH")
    .requiredOption("--memory <GiB>", "memory of the machine, such as 64 or 64Gi", gibibytes)
    .option("--host-key <key>", "its public ECDSA key, without the host (default: from ssh-keyscan)")
    .option(
      "--cpus <count>",
      "CPUs of the machine (default: one for each 4 GiB of memory)",
      wholeNumber(1, 1024),
    )
    .option("--disk <GiB>", `its system disk (default: ${String(DISK_GIB)})`, gibibytes)
    .option("--data-disk <GiB>", "a second disk, for builds", gibibytes)
    .option("--data-device <path>", "its device, such as /dev/disk/by-id/…")
    .option("--sponsor <name>", "who provides the machine, for the public list of members")
    .option("--bucket <name>", "S3 bucket for its own registry (Harbor)")
    .option("--endpoint <url>", "S3 endpoint of the bucket")
    .option("--weight <weight>", "initial share of new repositories", numberBetween(0, 1000), 0)
    .option("--proxy <stack>", "the stack that answers for the federation", "prod")
    .action(async (name: string, options: AddOptions, command: Command) => {
      for (const [one, other] of [
        ["bucket", "endpoint"],
        ["dataDisk", "dataDevice"],
      ] as const) {
        if ((options[one] === undefined) !== (options[other] === undefined)) {
          const flag = (key: string): string => `--${key.replace(/[A-Z]/, (c) => `-${c.toLowerCase()}`)}`;
          command.error(`${flag(one)} and ${flag(other)} go together`, { exitCode: 2 });
        }
      }
      if (!hostname.safeParse(options.host).success && !z.ipv4().safeParse(options.host).success) {
        const found = JSON.stringify(options.host);
        command.error(`--host: found ${found}; allowed: a host name or an IPv4 address`, { exitCode: 2 });
      }
      const hostKey = options.hostKey ?? (await scanHostKey(options.host));
      const member = newMember(name, options, hostKey);
      await apply((stackFile) => planAdd(member, options.proxy, stackFile));
    });
}

/** A new member from what the operator said; what was assumed in its place is listed. */
export function newMember(name: string, options: AddOptions, hostKey: string): NewMember {
  const { domain, host, memory, dataDisk, dataDevice, sponsor, bucket, endpoint, weight } = options;
  const cpus = options.cpus ?? Math.max(2, Math.round(memory / MEMORY_OF_A_CPU));
  const diskGiB = options.disk ?? DISK_GIB;
  return {
    name,
    domain,
    host,
    hostKey,
    cpus,
    memoryGiB: memory,
    diskGiB,
    ...(dataDisk !== undefined && { dataDiskGiB: dataDisk }),
    ...(dataDevice !== undefined && { dataDisk: dataDevice }),
    ...(sponsor !== undefined && { sponsor }),
    ...(bucket !== undefined && endpoint !== undefined && { s3: { bucket, endpoint } }),
    weight,
    assumed: [
      ...(options.hostKey === undefined
        ? [
            `the host key that ${host} just presented, ${fingerprint(hostKey)}; compare it on the machine's console: ` +
              "ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub",
          ]
        : []),
      ...(options.cpus === undefined ? [`${String(cpus)} CPUs, one for each 4 GiB of memory: nproc`] : []),
      ...(options.disk === undefined ? [`a system disk of ${String(diskGiB)} GiB: df -h /`] : []),
    ],
  };
}
