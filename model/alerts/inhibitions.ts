import type { Values } from "../schema/plain/mergeValues";

/** What follows when a node is gone. */
const OF_A_NODE =
  "Pod.+|SystemPod.+|DaemonSetIncomplete|StatefulSetIncomplete|WorkloadIncomplete|BuildDockerDown|TargetDown";

/** Which alert silences which others while it fires, and in which labels both must agree. */
export const INHIBITIONS: readonly Values[] = [
  // a dead member: whatever else the proxy sees of it follows
  inhibits("MemberDown", 'alertname!="MemberDown"', "member"),
  // a dead node takes its pods with it; what users notice is told all the same
  inhibits("NodeNotReady", `alertname=~"${OF_A_NODE}"`),
  inhibits("WorkloadDown", 'alertname="WorkloadIncomplete"', "namespace", "deployment"),
  inhibits("DiskFull", 'alertname="DiskNearlyFull"', "instance", "mountpoint"),
  inhibits("CertificateEnds", 'alertname="CertificateEndsSoon"', "namespace", "name"),
  inhibits("SecretEnds", 'alertname="SecretEndsSoon"', "secret"),
  inhibits("LaunchesFailFast", 'alertname=~"LaunchesFail(Steadily|Slowly)"'),
  inhibits("LaunchesFailSteadily", 'alertname="LaunchesFailSlowly"'),
  inhibits("NoMemberAccepting", 'alertname="FederationQuotaNearlyUsed"'),
  inhibits("HarborSilent", 'alertname=~"Registry.+"'),
  inhibits("MemberNotLaunching", 'alertname=~"MemberNotBuilding|MemberQuotaNearlyUsed"', "member"),
  inhibits("AlertmanagerSilent", 'alertname="TargetDown"'),
];

function inhibits(source: string, target: string, ...equal: readonly string[]): Values {
  return {
    source_matchers: [`alertname="${source}"`],
    target_matchers: [target],
    ...(equal.length > 0 && { equal: [...equal] }),
  };
}
