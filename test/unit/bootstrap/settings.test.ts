import { parseSettings } from "../../../bootstrap/settings";

const GIVEN = {
  "mybinder-bootstrap:project": "binderhub-288415",
  "mybinder-bootstrap:prefix": "mybinder",
  "mybinder-bootstrap:github": '{"repository":"jupyterhub/mybinder.org-deploy"}',
};
const problems = (changes: Record<string, string>): string => {
  try {
    parseSettings("mybinder", { ...GIVEN, ...changes });
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing is wrong";
};

test("what is not said has a default; keys of others and Pulumi's empty defaults are no settings", () => {
  const others = { "mybinder-bootstrap:dns": "{}", "gcp:project": "x", "mybinder:domain": "x" };
  expect(parseSettings("mybinder", { ...GIVEN, ...others })).toEqual({
    project: "binderhub-288415",
    prefix: "mybinder",
    location: "US",
    github: { repository: "jupyterhub/mybinder.org-deploy" },
    protect: true,
  });
  expect(parseSettings("mybinder", { ...GIVEN, "mybinder-bootstrap:protect": "false" }).protect).toBe(false);
});

test.each([
  [
    "project",
    "Binderhub",
    /mybinder-bootstrap:project: found "Binderhub" \(string\); allowed: a Google Cloud/,
  ],
  ["prefix", "much-too-long-prefix", /mybinder-bootstrap:prefix: found .*; allowed: at most 12 characters/],
  [
    "github",
    '{"repository":"jupyterhub"}',
    /mybinder-bootstrap:github\.repository: found "jupyterhub".*owner\/name/,
  ],
  [
    "github",
    '{"repository":"a/b","ref":"x"}',
    /mybinder-bootstrap:github\.ref: unknown key; allowed here: repository/,
  ],
  [
    "dns",
    '{"zone":"mybinder-org","domain":"mybinder"}',
    /mybinder-bootstrap:dns\.domain: found "mybinder".*host name/,
  ],
  [
    "protect",
    "maybe",
    /mybinder-bootstrap:protect: found "maybe" \(string\); allowed: a value of type boolean/,
  ],
  ["bucket", "x", /mybinder-bootstrap:bucket: unknown key; allowed here: project, prefix/],
])("a wrong %s, %s, is refused with the key, what was found and what is allowed", (key, text, message) => {
  expect(problems({ [`mybinder-bootstrap:${key}`]: text })).toMatch(message);
});

test("every problem is listed, with the file to mend", () => {
  const text = problems({ "mybinder-bootstrap:project": "", "mybinder-bootstrap:prefix": "-" });
  expect(text).toMatch(
    /^stack mybinder: 2 problems in its configuration \(bootstrap\/Pulumi\.mybinder\.yaml\)/,
  );
  expect(text).toMatch(/mybinder-bootstrap:project: not set; allowed: a value of type string/);
});
