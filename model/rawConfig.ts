/** The keys of a stack file below `config:` that are ours, prefix removed. A `secure:` value stays a map of that. */
export type RawConfig = Readonly<Record<string, unknown>>;
