import { createContext, Script } from "node:vm";

/** How long one text may take: a pattern that goes back and forth on a long command line would hold the program for hours. */
const TEXT_MS = 100;
/** How many such texts a rule may have in one scan; those after it match nothing. */
const MOST_SLOW = 20;

interface Work {
  pattern: RegExp;
  texts: readonly string[];
  hits: boolean[];
  next: number;
}

const SCRIPT = new Script("for (; next < texts.length; next++) hits[next] = pattern.test(texts[next]);");
const context = createContext({});

/** Which texts a pattern matches, and how many took so long that they count as no match. Ends in two seconds. */
export function matchAll(pattern: RegExp, texts: readonly string[]): { hits: boolean[]; slow: number } {
  const work = Object.assign(context, { pattern, texts, hits: texts.map(() => false), next: 0 }) as Work;
  let slow = 0;
  while (work.next < texts.length && slow < MOST_SLOW) {
    try {
      SCRIPT.runInContext(context, { timeout: TEXT_MS });
    } catch (error) {
      if ((error as { code?: string }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      slow += 1;
      work.next += 1;
    }
  }
  return { hits: work.hits, slow };
}
