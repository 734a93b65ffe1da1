/** What the plugins here use of markdown-it, which is VitePress' own: its types are not among the project's packages. */
export interface Token {
  readonly type: string;
  readonly info: string;
  readonly content: string;
  readonly children: Token[] | null;
  attrGet: (name: string) => string | null;
  attrSet: (name: string, value: string) => void;
}
type Fence = (tokens: Token[], index: number, ...rest: unknown[]) => string;
export interface MarkdownIt {
  readonly core: {
    readonly ruler: {
      push: (name: string, rule: (state: { tokens: Token[]; env: { path?: string } }) => void) => void;
    };
  };
  readonly renderer: { readonly rules: { fence: Fence } };
}
