import { ownValues } from "../../../../../charts/metaChart";
import { patternProblems, patternsIn } from "../../../../../model/values/pattern/places";
import { ROOT } from "../../../../../tools/ground/root";

/* That Python compiles what is accepted here is asked in test/commands/pattern.test.ts. */

test("the patterns that BinderHub and cryptnono compile are found in values, each by its path", () => {
  const values = {
    binderhub: {
      config: {
        BinderHub: { hub_url: "*" },
        GitHubRepoProvider: {
          banned_specs: ["^a", "*xmrig*"],
          high_quota_specs: ["(b"],
          spec_config: [{ pattern: "^fine", config: {} }, { pattern: "c)", config: {} }, { config: {} }],
        },
        GitRepoProvider: { allowed_specs: [7] },
      },
    },
    cryptnono: { detectors: { execwhacker: { configs: { rule: { allowedCommandPatterns: ["d++"] } } } } },
  };
  expect(patternProblems(patternsIn(values))).toEqual([
    "binderhub.config.GitHubRepoProvider.banned_specs, entry 2, character 1: * has nothing to repeat",
    "binderhub.config.GitHubRepoProvider.high_quota_specs, entry 1, character 3: a ( without a matching )",
    "binderhub.config.GitHubRepoProvider.spec_config, entry 2, character 2: a ) without a matching (",
    "binderhub.config.GitHubRepoProvider.spec_config, entry 3, it is not a string",
    "binderhub.config.GitRepoProvider.allowed_specs, entry 1, it is not a string",
    "cryptnono.detectors.execwhacker.configs.rule.allowedCommandPatterns, entry 1, character 3: a repetition cannot be repeated",
  ]);
});

test("the chart's own patterns are such as Python compiles", () => {
  const patterns = patternsIn(ownValues(ROOT));
  expect(patterns.length).toBeGreaterThan(2);
  expect(patternProblems(patterns)).toEqual([]);
});
