import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { patternProblem } from "../../model/values/pattern";
import { pythonRefuses } from "../../tools/operate/secrets/python";
import { requireReal } from "../support/real";

/* What the checker accepts, Python's `re` compiles, with the flag that BinderHub and cryptnono give it. */

const real = requireReal("python3", "python3") ? describe : describe.skip;
const PROGRAM = `
import json, re, sys, warnings
warnings.simplefilter("error")
def problem(pattern):
    try:
        re.compile(pattern, re.IGNORECASE)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
print(json.dumps([problem(pattern) for pattern in json.load(sys.stdin)]))
`;

/** What Python says of each pattern; `null` when it compiles. */
function python(patterns: readonly string[]): (string | null)[] {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", PROGRAM], {
    input: JSON.stringify(patterns),
    encoding: "utf8",
    env: { ...process.env, PYTHONIOENCODING: "utf-8" },
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as (string | null)[];
}

const pieces = [
  ...Array.from("abz019 _/-.,:=!<>|^$*+?()[]{}\\#~&é😀]"),
  ...[
    "\\d",
    "\\W",
    "\\b",
    "\\A",
    "\\Z",
    "\\1",
    "\\2",
    "\\n",
    "\\x41",
    "\\u00e9",
    "\\.",
    "\\-",
    "\\q",
    "\\x4",
    "\\0",
  ],
  ...[
    "{2}",
    "{2,}",
    "{,3}",
    "{2,5}",
    "{5,2}",
    "{x}",
    "*?",
    "+?",
    "??",
    "*+",
    ".*",
    "[a-z]",
    "[^/]+",
    "[z-a]",
    "[\\w-]",
  ],
  ...[
    "(?:",
    "(?=",
    "(?!",
    "(?<=",
    "(?<!",
    "(?P<n>",
    "(?P=n)",
    "(?i)",
    "(?i:",
    "(?s",
    "(?#",
    "(?<n>",
    "(?>",
    "(?(1)",
  ],
];
/** Pieces of syntax in any order: mostly wrong. */
const jumble = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(""));
/** Mostly right: nested as a pattern is, with pieces of syntax thrown in now and then. */
const { pattern: nested } = fc.letrec<{ pattern: string; part: string; atom: string }>((tie) => ({
  pattern: fc.array(tie("part"), { maxLength: 5 }).map((parts) => parts.join("")),
  part: fc
    .tuple(tie("atom"), fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,3}", "*?", "|"))
    .map(([atom, count]) => atom + count),
  atom: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    { arbitrary: fc.constantFrom(...pieces), weight: 3 },
    {
      arbitrary: fc
        .tuple(fc.constantFrom("(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?P<n>", "(?i:"), tie("pattern"))
        .map(([open, inner]) => `${open}${inner})`),
      weight: 2,
    },
    {
      arbitrary: fc
        .tuple(
          fc.constantFrom("[", "[^"),
          fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }),
        )
        .map(([open, inner]) => `${open}${inner.join("")}]`),
      weight: 1,
    },
  ),
}));

real("Python", () => {
  test("compiles every pattern that is accepted", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const patterns = fc.sample(fc.oneof(nested, jumble, fc.string({ unit: "grapheme" })), {
      numRuns: 60_000,
      seed,
    });
    const accepted = [...new Set(patterns.filter((one) => patternProblem(one) === undefined))];
    // or the test would show nothing: both ways there are many
    expect(accepted.length).toBeGreaterThan(5_000);
    const wrong = python(accepted).flatMap((problem, index) =>
      problem === null ? [] : [{ pattern: accepted[index], problem }],
    );
    expect({ seed, wrong: wrong.slice(0, 5) }).toEqual({ seed, wrong: [] });
  });

  test("names what it does not compile, for a value that is to be set", async () => {
    const placed = ["^é😀{2}", "a(", "*"].map((pattern, index) => ({
      place: `GitRepoProvider, entry ${String(index + 1)}`,
      pattern,
    }));
    expect(await pythonRefuses(placed)).toEqual(placed.slice(1));
    expect(await pythonRefuses([])).toEqual([]);
  });

  test("refuses these, and so do we", () => {
    const refused = [
      ...[
        "*xmrig*",
        "[a-",
        "(a",
        "a)",
        "a**",
        "a{2}{3}",
        "a{5,2}",
        "\\",
        "\\q",
        "[z-a]",
        "[\\w-z]",
        "(?<n>a)",
      ],
      ...["(?P<n>a)(?P<n>b)", "(?<=a*)b", "\\1(a)", "(a\\1)", "a(?i)b", "^*", "\\b+", "(?P=n)", "[]", "x{2"],
    ];
    const answers = python(refused);
    // "x{2" is a text to Python: we are stricter
    expect(answers.map((answer) => answer === null)).toEqual(refused.map((pattern) => pattern === "x{2"));
    const ours = refused.filter((pattern) => /^character \d+: /.test(patternProblem(pattern) ?? ""));
    expect(ours).toEqual(refused);
  });

  test("compiles these, and we accept them", () => {
    const accepted = [
      ...["^ipython/ipython-in-depth.*", "(?i)^xmr(ig|stak)/.*", "https%3A//git\\.example\\.org/.*", "é+😀?"],
      ...[".*/[^/]+-miner(/|$)", "^(?!jupyter)[\\w.-]+/x{2,3}", "(?P<user>[^/]+)/(?P=user)", "[\\]a-z-]", ""],
      ...["10\\.7910%2FDVN/[A-Z0-9]{6}", "(?<=ab)(?<!c|d)e", "(a)(b)\\2", "[^-a]", "a{,3}b{0}(?:)*"],
    ];
    expect(python(accepted)).toEqual(accepted.map(() => null));
    expect(accepted.map(patternProblem)).toEqual(accepted.map(() => undefined));
  });
});
