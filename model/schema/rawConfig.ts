/** The `mybinder:` keys of a stack file's `config:`, without the prefix. A `secure:` value stays that map. */
export type RawConfig = Readonly<Record<string, unknown>>;
