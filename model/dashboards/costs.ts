import { statedCosts } from "../alerts/topics/costs";
import type { Stack } from "../stack/config";
import { type Dashboard, type Panel, when } from "./dashboard";

const LAUNCHES = 'increase(binderhub_launch_time_seconds_count{status="success"}[30d])';

export const costs: Dashboard = {
  title: "Costs",
  question: "What does it cost, and what drives that?",
  panels: (stack) => [
    ...stated(stack),
    {
      title: "Launches of the last 30 days",
      unit: "short",
      kind: "table",
      queries: { "{{member}}": `sum by (member) (${LAUNCHES})` },
    },
    ...when(
      stack.config.role !== "member" && stack.config.archivePublisher?.costs !== undefined,
      {
        title: "Billed by Google in the 30 days to the newest bill, in the bill's currency",
        unit: "short",
        queries: { billed: "max(archive_publisher_billed_thirty_days)" },
      },
      {
        title: "Age of Google's newest bill",
        unit: "s",
        queries: { age: "time() - max(archive_publisher_billed_until_timestamp_seconds)" },
      },
    ),
    {
      title: "Processors of nodes",
      unit: "short",
      queries: { processors: 'sum(kube_node_status_capacity{resource="cpu"})' },
    },
    {
      title: "Memory of nodes",
      unit: "bytes",
      queries: { memory: 'sum(kube_node_status_capacity{resource="memory"})' },
    },
    {
      title: "Volumes",
      unit: "bytes",
      queries: { volumes: "sum(kube_persistentvolume_capacity_bytes)" },
    },
    ...when(Object.keys(stack.member?.harborTargets ?? {}).length > 0, {
      title: "Images in the registry",
      unit: "bytes",
      queries: { "{{project_name}}": "sum by (project_name) (harbor_project_quota_usage_byte)" },
    }),
  ],
};

/** Only where a stack file states a cost. A proxy's own is of all launches, a member's of those here. */
function stated(stack: Stack): readonly Panel[] {
  const all = statedCosts(stack);
  const cost = (selected: string): string => `max by (stack, currency) (mybinder:cost:month{${selected}})`;
  const own = `stack="${stack.name}"`;
  const here = stack.member ? LAUNCHES.replace("}", ',member=""}') : LAUNCHES;
  const ofMembers = `label_replace(sum by (member) (${LAUNCHES}), "stack", "$1", "member", "(.+)")`;
  return when(
    all.length > 0,
    {
      title: "Cost a month, as stack files state it",
      unit: "short",
      kind: "table",
      queries: { "{{stack}} {{currency}}": "max by (stack, currency, source) (mybinder:cost:month)" },
    },
    {
      title: "Cost of a thousand launches, by the last 30 days",
      unit: "short",
      kind: "table",
      queries: {
        ...(all.some(({ stack: of }) => of === stack.name) && {
          "{{stack}} {{currency}}": `1000 * ${cost(own)} / on () group_left () sum(${here})`,
        }),
        ...(all.some(({ stack: of }) => of !== stack.name) && {
          "member {{stack}} {{currency}}": `1000 * ${cost(own.replace("=", "!="))} / on (stack) group_left () ${ofMembers}`,
        }),
      },
    },
  );
}
