import { isMap, isSeq, parseDocument } from "yaml";
import type { Consumer } from "./consumer";

/** Where the chart mounts Prometheus' configuration, and Kubernetes an account's token. */
const CONFIG = "/etc/config/";
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/";

/**
 * `promtool check config` on Prometheus' ConfigMap: scrape configurations, and the rules that it names. Debian builds
 * promtool without Kubernetes: such a one is asked again without the sections that it cannot know.
 */
export const promtool: Consumer = {
  name: "Prometheus",
  program: "promtool",
  debianPackage: "prometheus",
  file: "prometheus.yml",
  place: (files, folder) => ({
    ...Object.fromEntries(
      Object.entries(files).map(([name, text]) => [
        name,
        text.replaceAll(CONFIG, `${folder}/`).replaceAll(ACCOUNT, `${folder}/`),
      ]),
    ),
    token: "",
    "ca.crt": "",
  }),
  args: (folder) => ["check", "config", `${folder}/prometheus.yml`],
  objections: (printed) =>
    printed
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("Checking ") && !line.startsWith("SUCCESS")),
  reduce: (files, printed) => {
    if (!printed.includes("field kubernetes_sd_configs not found in type")) return undefined;
    return { ...files, "prometheus.yml": withoutKubernetes(files["prometheus.yml"] ?? "") };
  },
};

function withoutKubernetes(text: string): string {
  const document = parseDocument(text);
  const jobs = document.get("scrape_configs");
  for (const job of isSeq(jobs) ? jobs.items : []) if (isMap(job)) job.delete("kubernetes_sd_configs");
  return document.toString();
}
