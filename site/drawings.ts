import type { MarkdownIt } from "./markdownIt";

/** A plugin of markdown-it: a block of Mermaid is a picture, which the component Drawing of the theme draws. */
export function drawings(md: MarkdownIt): void {
  const { rules } = md.renderer;
  const { fence } = rules;
  rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index];
    return token?.info.trim() === "mermaid"
      ? `<Drawing source="${encodeURIComponent(token.content)}" />\n`
      : fence(tokens, index, ...rest);
  };
}
