import { LineCounter, parseDocument } from "yaml";

/** A text is not YAML as we read it. The message says where and what kind of mistake it is, never what stands there. */
export class YamlProblem extends Error {
  override readonly name = "YamlProblem";
}

/**
 * Parses YAML that may hold secrets. The parser's own errors and warnings quote the line that they complain of, and warnings go
 * to the terminal: neither happens here. Throws YamlProblem, for a tag that YAML does not define too.
 */
export function parseYaml(text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { logLevel: "error", prettyErrors: false, lineCounter });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    throw new YamlProblem(
      `line ${String(line)}, column ${String(col)}: ${KINDS[problem.code] ?? problem.code}`,
    );
  }
  try {
    return document.toJS() as unknown;
  } catch {
    // an alias is only followed here, and one that leads nowhere or too far is no error of the document
    throw new YamlProblem("an alias (*…) without its anchor (&…), or too many of them");
  }
}

const KINDS: Readonly<Record<string, string>> = {
  TAG_RESOLVE_FAILED: "a tag (!…) that is not allowed",
  DUPLICATE_KEY: "a key that stands there twice",
  MULTIPLE_DOCS: "a second document (---)",
  TAB_AS_INDENT: "a tab as indentation",
  BAD_INDENT: "wrong indentation",
  MISSING_CHAR: "a quote, comma or bracket is missing",
};
