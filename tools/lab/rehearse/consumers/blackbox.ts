import type { Consumer } from "./consumer";

/** The blackbox exporter's own check of its configuration. */
export const blackbox: Consumer = {
  name: "The blackbox exporter",
  program: "prometheus-blackbox-exporter",
  debianPackage: "prometheus-blackbox-exporter",
  file: "blackbox.yml",
  place: (files) => files,
  args: (folder) => [`--config.file=${folder}/blackbox.yml`, "--config.check"],
  objections: (printed) => [...printed.matchAll(/err="(.*)"$/gm)].map(([, reason = ""]) => reason),
};
