import { isMap, type Values } from "../../schema/plain/mergeValues";
import { patternProblem } from "./index";

/** A pattern that a program reads as a Python regular expression, and its location, in words that show none of it. */
export interface PlacedPattern {
  readonly place: string;
  /** Anything but a string is refused. */
  readonly pattern: unknown;
}

/** The entries of a list of patterns; empty where there is no list. */
export function placedPatterns(place: string, list: unknown): PlacedPattern[] {
  const entries =
    list === undefined || list === null ? [] : Array.isArray(list) ? (list as unknown[]) : [list];
  return entries.map((pattern, index) => ({ place: `${place}, entry ${String(index + 1)}`, pattern }));
}

/** The problems of patterns; each message shows at most one character of the pattern. */
export function patternProblems(patterns: readonly PlacedPattern[]): string[] {
  return patterns.flatMap(({ place, pattern }) => {
    const problem = typeof pattern === "string" ? patternProblem(pattern) : "it is not a string";
    return problem === undefined ? [] : [`${place}, ${problem}`];
  });
}

const LISTS = ["allowed_specs", "banned_specs", "high_quota_specs"];

/** The patterns in Helm values of the meta chart that BinderHub and cryptnono compile, by their paths. */
export function patternsIn(values: Values): PlacedPattern[] {
  const binderhub = section(values, "binderhub", "config");
  const rules = section(values, "cryptnono", "detectors", "execwhacker", "configs");
  return [
    ...maps(binderhub).flatMap(([provider, config]) => {
      const path = `binderhub.config.${provider}`;
      return [
        ...LISTS.flatMap((list) => placedPatterns(`${path}.${list}`, config[list])),
        ...listOf(config["spec_config"]).map((entry, index) => ({
          place: `${path}.spec_config, entry ${String(index + 1)}`,
          pattern: isMap(entry) ? entry["pattern"] : entry,
        })),
      ];
    }),
    ...maps(rules).flatMap(([rule, config]) =>
      placedPatterns(
        `cryptnono.detectors.execwhacker.configs.${rule}.allowedCommandPatterns`,
        config["allowedCommandPatterns"],
      ),
    ),
  ];
}

function section(values: Values, ...path: string[]): Values {
  return path.reduce<Values>((inner, key) => (isMap(inner[key]) ? inner[key] : {}), values);
}

function maps(values: Values): [string, Values][] {
  return Object.entries(values).filter((entry): entry is [string, Values] => isMap(entry[1]));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
