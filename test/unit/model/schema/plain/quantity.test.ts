import { spawnSync } from "node:child_process";
import { sessionBytes } from "../../../../../model/schema/plain/quantity";

const READ = ["450M", "2G", "1.5G", "0.5K", "1T", "10K"];
/** What JupyterHub refuses, and what it would read although nobody means it. */
const REFUSED = ["2Gi", "450MB", "", "G", "1g", "450m"];
const NOT_MEANT = ["1 G", "-1G", "1e3M"];

test.each(READ)("%s is read as JupyterHub reads it, to the byte", (text) => {
  const units = { K: 1, M: 2, G: 3, T: 4 };
  const power = units[text.slice(-1) as keyof typeof units];
  expect(sessionBytes(text)).toBe(Number(text.slice(0, -1)) * 1024 ** power);
});

test.each([...REFUSED, ...NOT_MEANT])("%j is refused", (text) => {
  expect(() => sessionBytes(text)).toThrow();
});

/** JupyterHub's own answers, where a Python has it (name one in MYBINDER_BINDERHUB_PYTHON): bytes, or null for a refusal. */
const ASK = `
import json, sys
from jupyterhub.traitlets import ByteSpecification
from traitlets import HasTraits, TraitError
class Session(HasTraits):
    memory = ByteSpecification()
def read(text):
    try:
        return Session(memory=text).memory
    except TraitError:
        return None
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;
const python = process.env["MYBINDER_BINDERHUB_PYTHON"] ?? "python3";
const { status, stdout } = spawnSync(python, ["-c", ASK], {
  input: JSON.stringify([...READ, ...REFUSED]),
  encoding: "utf8",
});

(status === 0 ? test : test.skip)("JupyterHub itself reads and refuses the same", () => {
  const answers = JSON.parse(stdout) as (number | null)[];
  expect(answers.slice(0, READ.length)).toEqual(READ.map(sessionBytes));
  expect(REFUSED.filter((_, index) => answers[READ.length + index] !== null)).toEqual([]);
});
