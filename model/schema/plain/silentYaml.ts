import { LineCounter, parseDocument } from "yaml";

/** A text is not valid YAML. The message gives the place and the kind of mistake, never the text itself. */
export class YamlProblem extends Error {
  override readonly name = "YamlProblem";
}

/**
 * Parses YAML that may hold secrets. The parser's own errors and warnings quote the faulty line, and its warnings go to the
 * terminal; this function prevents both. Throws a YamlProblem, also for a tag that YAML does not define.
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
    // aliases are resolved only here, and the parser does not report a dangling one as an error of the document
    throw new YamlProblem("an alias (*…) without an anchor (&…), or too many aliases");
  }
}

const KINDS: Readonly<Record<string, string>> = {
  TAG_RESOLVE_FAILED: "a tag (!…) that is not allowed",
  DUPLICATE_KEY: "a duplicate key",
  MULTIPLE_DOCS: "a second document (---)",
  TAB_AS_INDENT: "a tab as indentation",
  BAD_INDENT: "wrong indentation",
  MISSING_CHAR: "a quote, comma or bracket is missing",
};
