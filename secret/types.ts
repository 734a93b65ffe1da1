import type { StackConfig } from "../model/schema/stack";
import type { ShapeName } from "./shapes";

/** One secret of a stack: what it is for, where it comes from, where it goes and how it is replaced. */
export type Secret = GivenSecret | GeneratedSecret;

interface SecretBase {
  /** Config key below `mybinder:` when given, resource name when generated. */
  readonly key: string;
  readonly purpose: string;
  /** Which programs of the deployment read it. */
  readonly usedBy: string;
  /** Paths in the meta chart's values, dots separate. Empty: read by a component, not by the chart. */
  readonly values: readonly string[];
  /** Whether a stack with this configuration uses it; one of `needs.ts`, which has the words for it. */
  readonly neededBy: (config: StackConfig) => boolean;
}

/** Set by an operator, encrypted into the stack file: `mybinder secrets set`. */
export interface GivenSecret extends SecretBase {
  readonly source: "given";
  /** What a value has to look like; checked when it is set. */
  readonly shape: ShapeName;
  /** A value of the right shape, for a rehearsal of a stack whose secrets are not there. Never a real one. */
  readonly placeholder: string;
  readonly rotation: GivenRotation;
  /** Used when set, not missed when not. */
  readonly optional?: (config: StackConfig) => boolean;
  /** Path of a switch in the values that is turned on when the secret is set. */
  readonly enables?: string;
  /** Path of a text in the values that changes with the secret, so that what reads it from a file starts again. */
  readonly digest?: string;
  /** How the text becomes a value: `yaml` is parsed, text is taken as it is. */
  readonly format?: "yaml";
  /** The part of the value that goes to a path of `values`; not set: all of it goes to each. Called with a value of the shape. */
  readonly part?: (value: unknown, path: string) => unknown;
  /** Why two stacks may have the same value. Not set: `mybinder secrets check` refuses that. */
  readonly shared?: string;
  /** `federation`: its members must have the same value, and stacks of two federations must not. */
  readonly scope?: "federation";
  /** Key of the secret without which this one has no effect: both are set, or neither. */
  readonly pairedWith?: string;
  /** The command that makes and sets it, with STACK for the stack; not set: `mybinder secrets set`. */
  readonly setWith?: string;
}

/** How a given secret is replaced, each one sentence for an operator. */
export interface GivenRotation {
  /** Where the new value is made. */
  readonly renew: string;
  /** What the deploy of the new value restarts or breaks. */
  readonly effect: string;
  /** How the old value is made worthless. */
  readonly revoke: string;
}

/** Drawn once and kept, encrypted, in the stack's state. */
export interface GeneratedSecret extends SecretBase {
  readonly source: "generated";
  /**
   * `hex`, `alphanumeric` or `password` (letters of both cases and digits, each at least once) by @pulumi/random;
   * `keyPair`: an RSA key and its self-signed certificate, which go to the first and the second of `values`.
   */
  readonly shape: "hex" | "alphanumeric" | "password" | "keyPair";
  /** Bytes for `hex`, bits for `keyPair`, else characters. */
  readonly length: number;
  /**
   * Stacks that draw and keep it even while nothing of theirs uses it: a volume that remembers it stays when what it is for is
   * switched off, and a new value would lock that out of it when it is switched on again.
   */
  readonly keptBy?: (config: StackConfig) => boolean;
  /** Its place takes a list, of which it is the only element. */
  readonly list?: true;
  /** Where the line `user:<bcrypt hash>` of an htpasswd file goes as well. */
  readonly htpasswd?: { readonly user: string; readonly path: string };
  readonly rotation: GeneratedRotation;
}

/** The effect of rotating a generated secret. */
export interface GeneratedRotation {
  /** What the deploy of the new value restarts or breaks. */
  readonly effect: string;
  /** What has to be done by hand, since a new value alone breaks something: rotated with `--force` only. */
  readonly byHand?: string;
}
