import { readStackFile, stackNames } from "../../../model/stack/stackFiles";
import { type Ban, banListText, parseBanList } from "../../../model/federation/bans/list";
import { parseYaml } from "../../../model/schema/plain/silentYaml";
import { Failure } from "../../ground/terminal/failure";
import type { Report } from "../../ground/terminal/report";
import { ROOT } from "../../ground/root";
import { stackConfig } from "../../ground/stackFile/stacks";
import { recovered } from "../secrets/kept";
import { foundProvider } from "../secrets/provider";
import { decrypt } from "../secrets/pulumi";
import { givenSecret } from "../secrets/shape";
import { ciphertextIn } from "../secrets/state";
import { storeSecret } from "../secrets/store";

const KEY = "bans";

/** The list of one stack, decrypted, and what else of its secrets is needed to apply it. */
export interface StackList {
  readonly stack: string;
  readonly bans: readonly Ban[];
  /** Values of the stack's secrets, by key. */
  readonly secret: (key: string) => string | undefined;
}

/**
 * The lists of all stacks that can hold secrets; the others are reported. Throws Failure when this machine has no access to one, or no stack has a
 * secrets provider.
 */
export async function readLists(report: Report): Promise<StackList[]> {
  const names = stackNames(ROOT);
  const able = names.filter((stack) => foundProvider(stack) !== undefined);
  const others = names.filter((stack) => !able.includes(stack));
  if (able.length === 0) {
    throw new Failure(`none of ${names.join(", ")} has a secrets provider yet: pulumi stack init`, 2);
  }
  if (others.length > 0) report(`left out, because they have no secrets provider yet: ${others.join(", ")}`);
  return Promise.all(able.map(readList));
}

async function readList(stack: string): Promise<StackList> {
  const file = readStackFile(ROOT, stack) ?? {};
  const anySet = Object.values(file).some((value) => ciphertextIn(value) !== undefined);
  const values = anySet ? await decrypt(stack) : new Map<string, string>();
  const secret = (key: string): string | undefined => {
    const kept = values.get(key);
    return kept === undefined ? undefined : recovered(stack, key, kept).value;
  };
  const text = secret(KEY);
  return { stack, secret, bans: text === undefined ? [] : parseBanList(JSON.stringify(parseYaml(text))) };
}

/**
 * The one list that all stacks are to have after a change. What stopped half-way before goes on: lists that are the same
 * after the change do not differ. Throws Failure when they do, unless `from` names the stack whose list counts.
 */
export function changedList(
  lists: readonly StackList[],
  from: string | undefined,
  change: (bans: readonly Ban[]) => Ban[],
): Ban[] {
  const chosen = from === undefined ? lists : lists.filter(({ stack }) => stack === from);
  if (chosen.length === 0) {
    throw new Failure(
      `--from ${String(from)}: no such list; stacks: ${lists.map(({ stack }) => stack).join(", ")}`,
      2,
    );
  }
  const changed = new Map<string, string[]>();
  for (const { stack, bans } of chosen) {
    const text = banListText(change(bans));
    changed.set(text, [...(changed.get(text) ?? []), stack]);
  }
  const [text, ...others] = changed.keys();
  if (text === undefined || others.length > 0) {
    const groups = [...changed.values()]
      .map((stacks) => stacks.join(" and "))
      .join(", and on the other side ");
    throw new Failure(
      `${groups} have different lists; nothing was set. Choose the stack whose list to keep: add --from STACK, ` +
        `or compare them: npx mybinder bans list --from STACK`,
    );
  }
  return parseBanList(text);
}

/** Encrypts the list into each stack file that has another one. Gives the stacks whose file changed. */
export async function storeList(lists: readonly StackList[], bans: readonly Ban[]): Promise<string[]> {
  const text = banListText(bans);
  const stale = lists.filter((list) => list.secret(KEY) !== text).map(({ stack }) => stack);
  for (const stack of stale) {
    await storeSecret(stack, givenSecret(KEY), text, stackConfig(stack).secretRecords[KEY]);
  }
  return stale;
}
