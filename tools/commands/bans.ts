import { Argument, Command } from "commander";
import {
  activeBans,
  type Ban,
  BAN_KINDS,
  type BanKind,
  type Provider,
  PROVIDERS,
} from "../../model/federation/bans/list";
import { banKey, withBan, withoutBan } from "../../model/federation/bans/list";
import { networkText, parseNetwork } from "../../model/federation/bans/network";
import { banProblem } from "../../model/federation/bans/problems";
import { patternProblems, placedPatterns } from "../../model/values/pattern/places";
import { until } from "../ground/terminal/arguments";
import { tableText } from "../ground/terminal/columns";
import { Failure } from "../ground/terminal/failure";
import { toStderr } from "../ground/terminal/report";
import { applyBans } from "../operate/bans/apply";
import { clusterLists, keepingUnknown, unknownBans } from "../operate/bans/inClusters";
import { FORMER, formerBans } from "../operate/bans/import";
import { changedList, readLists, type StackList, storeList } from "../operate/bans/lists";
import { ownHostBelow } from "../operate/bans/ownHosts";

interface Options {
  readonly provider?: Provider;
  readonly reason?: string;
  readonly until?: string;
  readonly from?: string;
  readonly kubeconfig: ReadonlyMap<string, string>;
  readonly apply: boolean;
  readonly keep?: boolean;
  readonly json?: true;
}

/** `mybinder bans`: the one list of who and what is banned, applied to all clusters in seconds. */
export function bansCommand(): Command {
  const command = new Command("bans").description(
    "Ban addresses, host names and repositories on all stacks: one list, encrypted into their stack files, and applied to\n" +
      "their clusters at once. Needs access to every stack",
  );
  command
    .command("list")
    .description("List the bans that hold, with their reasons and ends")
    .option(...FROM)
    .option("--json", "print as JSON")
    .action(async ({ from, json }: Options) => {
      const bans = changedList(await readLists(toStderr), from, (all) => activeBans(all, new Date()));
      const rows = bans.map((ban) => [ban.kind, ban.provider ?? "", ban.what, ban.until ?? "", ban.reason]);
      process.stdout.write(json ? `${JSON.stringify(bans, undefined, 2)}\n` : tableText(rows));
    });
  changing(command.command("add"), "Ban something, or change the reason or the end of a ban")
    .addArgument(KIND)
    .argument("<what>", WHAT)
    .option("--provider <class>", `BinderHub's class of a repository's provider: ${PROVIDERS.join(", ")}`)
    .requiredOption("--reason <text>", "why, for the next operator")
    .option("--until <time>", "when it ends by itself: 18:00 (UTC), 6h, 3d or 2026-11-21T18:00:00Z", until)
    .action(async (kind: BanKind, what: string, options: Options) => {
      const ban = checked(kind, what, options);
      await change(options, (bans, now) => withBan(bans, ban, now));
    });
  changing(command.command("remove"), "End a ban")
    .addArgument(KIND)
    .argument("<what>", WHAT)
    .option("--provider <class>", "BinderHub's class of a repository's provider")
    .action(async (kind: BanKind, what: string, options: Options) => {
      const ban = { kind, what: written(kind, what), provider: options.provider ?? defaultProvider(kind) };
      await change(options, (bans, now) => withoutBan(bans, ban, now), ban);
    });
  changing(command.command("apply"), "Apply the list to all clusters again").action(
    async (options: Options) => {
      await change(options, (bans) => [...bans], undefined, true);
    },
  );
  changing(
    command.command("import"),
    `Move what ${FORMER.join(", ")} ban into the list; prints the commands that remove them`,
  ).action(async (options: Options) => {
    const lists = await readLists(toStderr);
    const former = new Map(lists.flatMap(formerBans).map((ban) => [banKey(ban), ban]));
    const now = new Date();
    await store(lists, options, (bans) =>
      [...former.values()].reduce<Ban[]>(
        (all, ban) => (all.some((one) => banKey(one) === banKey(ban)) ? all : withBan(all, ban, now)),
        [...bans],
      ),
    );
    for (const { stack, secret } of lists) {
      for (const key of FORMER.filter((one) => secret(one) !== undefined)) {
        process.stdout.write(
          `pulumi config rm ${key} --stack ${stack} && npx mybinder secrets record --stack ${stack}\n`,
        );
      }
    }
  });
  return command;
}

const KIND = new Argument(
  "<kind>",
  "client: must not ask us; destination, host: pods must not reach; repository",
).choices(BAN_KINDS);
const WHAT =
  "an address or CIDR block (IPv4, IPv6), a host name, or a pattern (Python) of a repository's spec";
const FROM = ["--from <stack>", "the stack whose list counts, when they differ"] as const;

function changing(command: Command, description: string): Command {
  return command
    .description(description)
    .option(...FROM)
    .option(
      "--kubeconfig <stack=file>",
      "kubeconfig of a stack's cluster (default: its secret kubeconfig, else Pulumi applies it); repeat it",
      (text: string, before: ReadonlyMap<string, string>) => {
        const [stack = "", ...file] = text.split("=");
        if (file.length === 0) throw new Failure(`--kubeconfig ${text}: allowed: STACK=FILE`, 2);
        return new Map([...before, [stack, file.join("=")]]);
      },
      new Map<string, string>(),
    )
    .option("--keep", "take bans that only clusters have into the list, instead of refusing to end them")
    .option("--no-apply", "only edit the stack files");
}

type Change = (bans: readonly Ban[], now: Date) => Ban[];

async function change(
  options: Options,
  to: Change,
  removed?: Pick<Ban, "kind" | "what" | "provider">,
  overwrite = false,
): Promise<void> {
  const lists = await readLists(toStderr);
  if (removed && !lists.some(({ bans }) => bans.some((ban) => banKey(ban) === banKey(removed)))) {
    throw new Failure(`there is no such ban of a ${removed.kind}; the list: npx mybinder bans list`, 2);
  }
  const now = new Date();
  await store(lists, options, (bans) => to(bans, now), overwrite);
}

/** `overwrite`: bans that only clusters have end, which is said, instead of that the change is refused. */
async function store(
  lists: readonly StackList[],
  { from, apply, kubeconfig, keep = false }: Options,
  to: (bans: readonly Ban[]) => Ban[],
  overwrite = false,
): Promise<void> {
  const now = new Date();
  const read = apply ? await clusterLists(lists, kubeconfig) : [];
  const unknown = unknownBans(lists, read, now);
  const ended = overwrite && !keep;
  const keeping = keepingUnknown(ended ? [] : unknown, keep, now);
  const bans = changedList(lists, from, (all) => to(keeping(all)));
  const stored = await storeList(lists, bans);
  const count = bans.length === 1 ? "1 ban" : `${String(bans.length)} bans`;
  if (stored.length > 0) {
    toStderr(
      `${count}, encrypted into the files of ${stored.join(", ")}. Commit and merge them: a deploy of files without them takes the change back.`,
    );
  }
  for (const { ban, stacks } of ended ? unknown : []) {
    toStderr(
      `ends on ${stacks.join(", ")}: ${ban.kind} ${ban.what} (${ban.reason}), which no stack file has`,
    );
  }
  if (apply) await applyBans({ lists, bans, kubeconfigs: kubeconfig, read, report: toStderr });
}

/** The ban that an operator asks for. Throws Failure (exit code 2) with the rule that it breaks. */
function checked(kind: BanKind, text: string, { provider, reason = "", until: end }: Options): Ban {
  const what = written(kind, text);
  const ban: Ban = { kind, what, reason, until: end, provider: provider ?? defaultProvider(kind) };
  const wrong =
    banProblem(ban) ??
    (kind === "repository" ? patternProblems(placedPatterns("the pattern", [what]))[0] : undefined);
  if (wrong !== undefined) throw new Failure(`${kind} ${text}: ${wrong}`, 2);
  const own = kind === "host" ? ownHostBelow(what) : undefined;
  if (own) {
    throw new Failure(`host ${text}: ${own.host} of stack ${own.stack} is ours; allowed: hosts of others`, 2);
  }
  return ban;
}

/** How the list writes an address or a host. */
function written(kind: BanKind, text: string): string {
  if (kind === "host") return text.toLowerCase().replace(/\.$/, "");
  const network = kind === "repository" ? undefined : parseNetwork(text);
  return network ? networkText(network) : text;
}

function defaultProvider(kind: BanKind): Provider | undefined {
  return kind === "repository" ? "GitHubRepoProvider" : undefined;
}
