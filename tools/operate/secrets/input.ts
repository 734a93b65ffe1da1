import { readFileSync } from "node:fs";
import type { ReadStream } from "node:tty";
import { Failure } from "../../ground/terminal/failure";

/** How a value at the prompt ended. */
type Typed = { readonly text: string } | { readonly interrupted: true };

/**
 * The value of a secret: from `file`, else from standard input to its end, or from a prompt that does not echo. Never an
 * argument, which every user of the machine could read. `lines`: the value has several, which a prompt does not take, since
 * a shell would run what is left of a paste. Throws Failure (exit code 2) when the value cannot be read or is no text.
 */
export async function readValue(key: string, file: string | undefined, lines: boolean): Promise<string> {
  if (file !== undefined) return asText(key, readBytes(file));
  if (!process.stdin.isTTY) return asText(key, readFileSync(0));
  if (lines) throw new Failure(`${key} may have several lines: give it with --file FILE, or with < FILE`, 2);
  const typed = await typedLine(process.stdin, `${key} (not shown): `);
  process.stderr.write("\n");
  if ("interrupted" in typed) throw new Failure(`nothing was set: the prompt for ${key} was interrupted`, 2);
  const [value = "", ...more] = typed.text.split(/\r\n|\r|\n/);
  if (more.some((line) => line !== "")) {
    throw new Failure(
      `several lines were pasted, and ${key} has one: nothing was set. A value with several lines: --file FILE`,
      2,
    );
  }
  return value;
}

/** Milliseconds of silence after Enter: what was pasted with it is taken from the terminal too, not left to the shell. */
const DRAIN_MS = 200;
const [CTRL_C, CTRL_D, BACKSPACE, DELETE] = ["\u0003", "\u0004", "\b", "\u007f"];

/** What is typed or pasted up to Enter and whatever comes with it, or that it was ended with Ctrl-C or Ctrl-D. */
function typedLine(terminal: ReadStream, prompt: string): Promise<Typed> {
  // before the prompt, or what is typed at once is echoed
  terminal.setRawMode(true);
  process.stderr.write(prompt);
  return new Promise((resolve) => {
    let text = "";
    let interrupted = false;
    let silence: NodeJS.Timeout | undefined;
    const end = (): void => {
      terminal.off("data", onData);
      terminal.setRawMode(false);
      terminal.pause();
      resolve(interrupted ? { interrupted: true } : { text });
    };
    const onData = (chunk: string): void => {
      for (const character of chunk) {
        if (character === CTRL_C || character === CTRL_D) interrupted = true;
        else if (character === BACKSPACE || character === DELETE) text = text.slice(0, -1);
        else text += character;
      }
      if (!interrupted && silence === undefined && !/[\r\n]/.test(chunk)) return;
      clearTimeout(silence);
      silence = setTimeout(end, DRAIN_MS);
    };
    terminal.setEncoding("utf8").on("data", onData).resume();
  });
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

/** Refuses what a program would read as something else than what was given, instead of changing it. */
function asText(key: string, bytes: Buffer): string {
  if (bytes.includes(0)) {
    throw new Failure(`the value of ${key} contains a NUL byte, so it is not text; nothing was set`, 2);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Failure(`the value of ${key} is not UTF-8; convert it (iconv); nothing was set`, 2);
  }
}
