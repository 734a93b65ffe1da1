import type { Consumer } from "./consumer";

/** `amtool check-config` on the configuration of an Alertmanager, where one is deployed. */
export const amtool: Consumer = {
  name: "Alertmanager",
  program: "amtool",
  debianPackage: "prometheus-alertmanager",
  file: "alertmanager.yml",
  place: (files) => files,
  args: (folder) => ["check-config", `${folder}/alertmanager.yml`],
  objections: (printed) =>
    printed
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("Checking ")),
};
