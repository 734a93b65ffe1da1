import { type Document, isSeq, parseDocument } from "yaml";
import { deriveStack, type Stack } from "../../../model/stack/config";
import { ConfigError } from "../../../model/stack/configError";
import type { RawConfig } from "../../../model/schema/rawConfig";
import { publicConfigOf } from "../../../secret/publicConfig";
import { Failure } from "../../ground/terminal/failure";

/** The stack files as they are: text by stack name. */
export type StackFileTexts = (stack: string) => string | undefined;

/** The stackFile of the files that a change of the members edits, and what is left to do outside. */
export interface MemberPlan {
  /** Text of each file; `undefined` removes it. */
  readonly files: Readonly<Record<string, string | undefined>>;
  /** What the next preview of the proxy shows, one line each. */
  readonly proxyChanges: readonly string[];
  readonly steps: readonly string[];
}

/** A member's list item in a proxy's stack file. */
interface MemberList {
  readonly items: unknown[];
  readonly add: (item: unknown) => void;
  readonly delete: (index: number) => boolean;
}

/** The file of a stack, below the project's root. */
export function fileOf(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/** A stack file, to be edited. Throws Failure when there is none. */
export function documentOf(stack: string, stackFile: StackFileTexts): Document {
  const text = stackFile(stack);
  if (text === undefined) throw new Failure(`no stack ${stack} (${fileOf(stack)} does not exist)`, 2);
  return parseDocument(text);
}

/** The list of members in a proxy's stack file. Throws Failure when it has none. */
export function membersOf(document: Document, proxy: string): MemberList {
  const members = document.getIn(["config", "mybinder:federation", "members"]);
  if (isSeq(members)) return members;
  throw new Failure(`stack ${proxy} has no federation.members; name the proxy's stack with --proxy NAME`, 2);
}

/** A stack as it would be with changed files. Throws Failure when it would not hold. */
export function derive(
  stack: string,
  changed: Readonly<Record<string, string>>,
  stackFile: StackFileTexts,
): Stack {
  const rawOf = (name: string): RawConfig | undefined => {
    const text = changed[name] ?? stackFile(name);
    return text === undefined ? undefined : publicConfigOf(name, text);
  };
  try {
    return deriveStack(stack, rawOf(stack) ?? {}, rawOf);
  } catch (error) {
    if (error instanceof ConfigError) throw new Failure(`nothing was changed. ${error.message}`, 2);
    throw error;
  }
}
