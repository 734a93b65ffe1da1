import { parse, stringify } from "yaml";
import { isMap } from "../../../../model/schema/plain/mergeValues";
import type { Consumer } from "./consumer";

/**
 * `amtool check-config` on the configuration of an Alertmanager, where one is deployed. Debian 12 has 0.25, which knows
 * neither a webhook's URL from a file nor a payload: it is asked again with a URL in their place.
 */
export const amtool: Consumer = {
  name: "Alertmanager",
  program: "amtool",
  debianPackage: "prometheus-alertmanager",
  file: "alertmanager.yml",
  place: (files) => files,
  args: (folder) => ["check-config", `${folder}/alertmanager.yml`],
  // It prints the reason behind the name of the file.
  objections: (printed) => [...printed.matchAll(/FAILED: (.*)$/gm)].map(([, reason = ""]) => reason),
  reduce: (files, printed) => {
    if (!/field (url_file|payload) not found/.test(printed)) return undefined;
    const { "alertmanager.yml": text = "" } = files;
    return {
      ...files,
      "alertmanager.yml": stringify(forOldAlertmanager(parse(text), () => "http://nobody.invalid/")),
    };
  },
};

/** A configuration for Alertmanager 0.25: `read` gives the text of a file that it cannot name. */
export function forOldAlertmanager(config: unknown, read: (file: string) => string): unknown {
  if (Array.isArray(config)) return config.map((one) => forOldAlertmanager(one, read));
  if (!isMap(config)) return config;
  const entries = Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
    if (key === "payload") return [];
    if (key === "url_file") return [["url", read(String(value))]];
    return [[key, forOldAlertmanager(value, read)]];
  });
  return Object.fromEntries(entries);
}
