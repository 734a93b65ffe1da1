import type { Topic } from "../alert";

/** What a deploy leaves behind when it is killed. */
export const deploys: Topic = {
  name: "deploys",
  of: () => true,
  alerts: () => [
    {
      name: "ReleaseStuck",
      severity: "warning",
      summary:
        "The release {{ $labels.label_name }} is {{ $labels.label_status }}: no deploy works until it is freed",
      dashboard: "service",
      watches: ["release", "metaChart", "adopted"],
      expr: 'kube_secret_labels{label_owner="helm",label_status=~"pending-.+|uninstalling"} == 1',
      for: "30m",
    },
  ],
};
