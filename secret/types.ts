import type { StackConfig } from "../model/schema";

/** One secret of a stack: what it is for, where it comes from and where it goes. */
export type Secret = GivenSecret | GeneratedSecret;

interface SecretBase {
  /** Config key below `mybinder:` when given, resource name when generated. */
  readonly key: string;
  readonly purpose: string;
  /** Paths in the meta chart's values, dots separate. Empty: read by a component, not by the chart. */
  readonly values: readonly string[];
  /** Whether a stack with this configuration uses it. */
  readonly neededBy: (config: StackConfig) => boolean;
}

/** Set by an operator with `pulumi config set --secret`. */
export interface GivenSecret extends SecretBase {
  readonly source: "given";
  /** A value of the right shape, for a rehearsal of a stack whose secrets are not there. Never a real one. */
  readonly placeholder: string;
  /** Used when set, not missed when not. */
  readonly optional?: (config: StackConfig) => boolean;
  /** Path of a switch in the values that is turned on when the secret is set. */
  readonly enables?: string;
  /** How the text becomes a value: `yaml` is parsed, text is taken as it is. */
  readonly format?: "yaml";
}

/** Drawn once by @pulumi/random and kept, encrypted, in the stack's state. */
export interface GeneratedSecret extends SecretBase {
  readonly source: "generated";
  readonly shape: "hex" | "alphanumeric";
  /** Bytes for `hex`, characters for `alphanumeric`. */
  readonly length: number;
}
