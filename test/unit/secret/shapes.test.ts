import { randomBytes } from "node:crypto";
import { catalogue } from "../../../secret/catalogue";
import { givenSecrets } from "../../../secret/given";
import { needWords } from "../../../secret/needs";
import { shapeProblem, shapes } from "../../../secret/shapes";

test.each(givenSecrets.map((secret) => [secret.key, secret] as const))(
  "the placeholder of %s has its shape",
  (_, { shape, placeholder }) => {
    expect(shapeProblem(shapes[shape], placeholder)).toBeUndefined();
  },
);

test("no two secrets have the same key or the same placeholder", () => {
  expect(new Set(catalogue.map(({ key }) => key)).size).toBe(catalogue.length);
  expect(new Set(givenSecrets.map(({ placeholder }) => placeholder)).size).toBe(givenSecrets.length);
});

test("every need has words, for the documentation", () => {
  expect(catalogue.filter(({ neededBy }) => !needWords.has(neededBy)).map(({ key }) => key)).toEqual([]);
});

test.each([
  [
    "kubeconfig",
    "apiVersion: v1\nkind: Config\n",
    "allowed: a kubeconfig with clusters and users; wrong or missing: clusters, users",
  ],
  ["ssh-private-key", "ssh-ed25519 AAAA hunter2", "allowed: a private key in PEM, as ssh-keygen writes it"],
  [
    "google-service-account",
    '{"type": "authorized_user", "client_email": "a@example.org", "private_key": "hunter2"}',
    "allowed: the JSON key of a Google service account (type, client_email, private_key); wrong or missing: type",
  ],
  ["token", "two words hunter2", "allowed: a password or key without white space"],
  [
    "zulip-bot",
    "{bot_email: hunter2, bot_key: x}",
    "allowed: a YAML map of bot_email, bot_key and channel, and site where it is another; wrong or missing: bot_email, channel",
  ],
  [
    "address-lists",
    "{hunter2: [2001:db8::1]}",
    "allowed: a YAML map of names to lists of IPv4 addresses or CIDR blocks",
  ],
  ["address-list", "{hunter2: 1}", "allowed: a YAML list of IPv4 addresses or CIDR blocks"],
  [
    "bans",
    "[]: [hunter2",
    `it is not valid YAML (line 1, column 13: wrong indentation); allowed: ${shapes.bans.wanted}`,
  ],
  ["bans", "{GitHub: [hunter2]}", `allowed: ${shapes.bans.wanted}`],
  ["bans", "{GitHubRepoProvider: hunter2}", `allowed: ${shapes.bans.wanted}`],
  ["bans", '["^fine/.*", "*hunter2*"]', "GitHubRepoProvider, entry 2, character 1: * has nothing to repeat"],
  [
    "bans",
    '{GitHubRepoProvider: ["[hunter2"], GitRepoProvider: ["^fine", "hunter2(", "hunter2++"]}',
    "GitHubRepoProvider, entry 1, character 1: a [ without a matching ]; " +
      "GitRepoProvider, entry 2, character 9: a ( without a matching ); " +
      "GitRepoProvider, entry 3, character 9: a repetition cannot be repeated",
  ],
  [
    "command-rules",
    "{fine: {bannedCommandStrings: [x]}, hunter2: {bannedCommandStrings: [x], allowedCommandPatterns: ['?hunter2']}}",
    "allowedCommandPatterns of rule 2, entry 1, character 1: ? has nothing to repeat",
  ],
  ["command-rules", "{hunter2: {banned: []}}", `allowed: ${shapes["command-rules"].wanted}`],
  ["name", " \n", "it is empty"],
] as const)(
  "shape %s refuses another value, says what is wrong and shows none of it",
  (name, value, problem) => {
    expect(shapeProblem(shapes[name], value)).toBe(problem);
    expect(problem).not.toContain("hunter2");
  },
);

test("rules of twice the present size are taken; such as no release could hold are refused with their size", () => {
  const rules = (bytes: number): string =>
    `{rules: {bannedCommandStrings: [${randomBytes(bytes).toString("base64")}]}}`;
  expect(shapeProblem(shapes["command-rules"], rules(240_000))).toBeUndefined();
  expect(shapeProblem(shapes["command-rules"], "a: ".repeat(400_000))).toMatch(/^it is not valid YAML/);
  expect(shapeProblem(shapes["command-rules"], rules(290_000))).toMatch(
    /^it has 29\d{4} bytes compressed, but Helm can store at most 280000 in a release$/,
  );
});

test("the credentials of a value are the parts that give access, not what is around them", () => {
  const bot = (channel: string): string => `{bot_email: b@example.org, bot_key: THEKEY, channel: ${channel}}`;
  expect(shapes["zulip-bot"].credentials(bot("a"))).toEqual(["THEKEY"]);
  expect(shapes["zulip-bot"].credentials(bot("b"))).toEqual(["THEKEY"]);
  expect(shapes.kubeconfig.credentials(shapes.kubeconfig.sample("TOKEN"))).toEqual(["TOKEN"]);
  expect(shapes["google-service-account"].credentials(shapes["google-service-account"].sample("K"))).toEqual([
    "K",
  ]);
  expect(shapes.token.credentials("T\n")).toEqual(["T"]);
  expect(shapes["address-list"].credentials("[192.0.2.1]")).toEqual([]);
});
