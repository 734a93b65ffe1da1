import type { Consumer } from "./consumer";

/** `amtool check-config` on the configuration of an Alertmanager, where one is deployed. */
export const amtool: Consumer = {
  name: "Alertmanager",
  program: "amtool",
  debianPackage: "prometheus-alertmanager",
  file: "alertmanager.yml",
  place: (files) => files,
  args: (folder) => ["check-config", `${folder}/alertmanager.yml`],
  // It prints the reason behind the name of the file.
  objections: (printed) => [...printed.matchAll(/FAILED: (.*)$/gm)].map(([, reason = ""]) => reason),
};
