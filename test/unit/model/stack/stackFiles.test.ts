import { parseConfig } from "../../../../model/stack/config";
import { rawConfigOf } from "../../../../model/stack/stackFiles";

const FILE = `config:
  pulumi:disable-default-providers: [kubernetes, gcp]
  mybinder:role: member
  mybinder:domain: a.example.org
  mybinder:cluster: {kind: existing, pools: {}}
  mybinder:registry: {kind: none}
`;
const NOT_READ = "which nothing reads; allowed:";

test("Pulumi's own keys are not ours", () => {
  expect(Object.keys(rawConfigOf("probe", FILE))).toEqual(["role", "domain", "cluster", "registry"]);
});

test.each([
  [
    "a misspelt namespace",
    "mybiner:protect: false",
    `mybiner:protect: found a key in namespace mybiner, ${NOT_READ} mybinder:protect`,
  ],
  [
    "another program's",
    "gcp:project: p",
    `gcp:project: found a key in namespace gcp, ${NOT_READ} mybinder:project`,
  ],
  [
    "one that is nearly Pulumi's",
    "pulumii:tags: {}",
    `pulumii:tags: found a key in namespace pulumii, ${NOT_READ} mybinder:tags`,
  ],
  [
    "a misspelt secret",
    "mybiner:kubeconfig: {secure: AAAA}",
    `mybiner:kubeconfig: found a key in namespace mybiner, ${NOT_READ} mybinder:kubeconfig`,
  ],
  ["no namespace", "protect: false", "protect: found a key without namespace; allowed: mybinder:protect"],
  [
    "a key that is not printable",
    '"mybinder:ro\\nle": member',
    expect.stringMatching(/^mybinder:ro\\nle: unknown key; allowed here: /) as string,
  ],
  [
    "a colon too many",
    "mybinder:mybinder:protect: false",
    "mybinder:mybinder:protect: found a key without namespace; allowed: mybinder:protect",
  ],
])("%s is refused", (_, line, problem) => {
  const raw = rawConfigOf("probe", `${FILE}  ${line}\n`);
  expect(() => parseConfig("probe", raw)).toThrow(expect.objectContaining({ problems: [problem] }) as Error);
});
