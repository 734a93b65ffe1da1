import type { Alert, Topic } from "../alert";
import type { Stack } from "../../stack/config";

/** What the proxy sees of the members and of itself. */
export const federation: Topic = {
  name: "federation",
  of: (stack) => stack.federation !== undefined,
  alerts: (stack) => [...members(stack), ...quotas, ...proxy],
};

/** A member that is taken out on purpose wakes nobody. */
function active({ federation }: Stack): string {
  const out = (federation?.members ?? []).filter(({ lifecycle }) => lifecycle !== "active");
  return out.length === 0 ? "" : `{member!~"${out.map(({ name }) => name).join("|")}"}`;
}

function members(stack: Stack): Alert[] {
  const selected = active(stack);
  return [
    {
      name: "MemberDown",
      severity: "critical",
      summary: "Member {{ $labels.member }} does not answer well, and gets no launches",
      dashboard: "federation",
      watches: ["federation-agent", "federation-proxy", "binderhub"],
      expr: `max by (member) (federation_member_up${selected}) == 0`,
      for: "5m",
    },
    {
      name: "MemberLeftOutForVersions",
      severity: "warning",
      summary:
        "Member {{ $labels.member }} runs other versions than the federation expects, and gets no launches",
      dashboard: "federation",
      watches: ["federation-agent", "binderhub"],
      expr: `max by (member) (federation_member_check{check="versions"}) == 0`,
      for: "2h",
    },
    {
      name: "NoMemberAccepting",
      severity: "critical",
      summary: "No member is well and has room: launches go to whoever answers",
      dashboard: "federation",
      watches: ["federation-agent", "federation-proxy"],
      expr: "min(federation_last_resort) == 1",
      for: "2m",
    },
    {
      name: "MemberMetricsMissing",
      severity: "warning",
      summary: "The metrics of member {{ $labels.member }} cannot be read: nobody sees how it does",
      dashboard: "monitoring",
      watches: ["prometheus"],
      expr: `up{job=~"members|external-members"} == 0`,
      for: "15m",
    },
  ];
}

const quotas: readonly Alert[] = [
  {
    name: "MemberQuotaNearlyUsed",
    severity: "warning",
    summary: "Member {{ $labels.member }} uses {{ $value | humanizePercentage }} of its quota",
    dashboard: "capacity",
    watches: ["binderhub"],
    expr: "max by (member) (federation_member_used / federation_member_quota) > 0.95",
    for: "30m",
  },
  {
    name: "FederationQuotaNearlyUsed",
    severity: "critical",
    summary:
      "All members together use {{ $value | humanizePercentage }} of their quotas: launches will be refused",
    dashboard: "capacity",
    watches: ["binderhub", "federation-agent"],
    expr: "sum(max by (member) (federation_member_used)) / sum(max by (member) (federation_member_quota)) > 0.9",
    for: "10m",
  },
];

const proxy: readonly Alert[] = [
  {
    name: "FrontPageFailing",
    severity: "critical",
    summary: "{{ $value | humanizePercentage }} of the front page's answers are errors",
    dashboard: "service",
    watches: ["federation-proxy"],
    expr:
      'sum(rate(haproxy_backend_http_responses_total{proxy="route:pages",code="5xx"}[5m]))' +
      ' / sum(rate(haproxy_backend_http_responses_total{proxy="route:pages"}[5m])) > 0.2',
    for: "5m",
  },
  {
    name: "FederationTableRefused",
    severity: "warning",
    summary: "HAProxy takes no new table of {{ $labels.instance }}: its launches go by an old one",
    dashboard: "federation",
    watches: ["federation-agent", "federation-proxy"],
    expr: 'increase(federation_table_commits_total{result="failed"}[10m]) > 2',
    for: "10m",
  },
  {
    name: "FederationAgentStuck",
    severity: "critical",
    summary: "The agent of {{ $labels.instance }} asks no member: what is down still gets launches",
    dashboard: "federation",
    watches: ["federation-agent"],
    expr: "time() - federation_last_round_timestamp_seconds > 180",
    for: "2m",
  },
  {
    name: "FederationInputRefused",
    severity: "warning",
    summary: "The agent cannot read {{ $labels.input }}: it steers by the last good one",
    dashboard: "federation",
    watches: ["federation-agent", "federationProxy"],
    expr: "min by (input) (federation_input_valid) == 0",
    for: "15m",
  },
  {
    name: "FederationInputsStale",
    severity: "warning",
    summary:
      "The agent of {{ $labels.instance }} does not reach the API server: changes of traffic arrive late",
    dashboard: "federation",
    watches: ["federation-agent"],
    expr: "federation_inputs_live == 0",
    for: "30m",
  },
  {
    name: "FederationProxyRestarting",
    severity: "warning",
    summary:
      "{{ $labels.container }} of {{ $labels.pod }} restarted {{ $value | humanize }} times in an hour",
    dashboard: "federation",
    watches: ["federation-proxy", "federation-agent"],
    expr: 'increase(kube_pod_container_status_restarts_total{pod=~"federation-proxy-.+"}[1h]) > 2',
  },
];
