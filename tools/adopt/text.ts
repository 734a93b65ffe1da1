import { shellQuote } from "../shellQuote";
import type { AdoptPlan } from "./plan";

/** The plan as a shell script to be read and run, with what is left out. */
export function adoptText(stack: string, kubeconfig: string, plan: AdoptPlan): string {
  const harbor =
    "Harbor's generated passwords are not taken over: no `pulumi up` where a live Harbor runs, see docs/adopt.md.";
  return [
    ...plan.missing.map((one) => `# not there, left out: ${one}`),
    `# ${harbor}`,
    ...plan.kubectl.map((args) => ["kubectl", "--kubeconfig", kubeconfig, ...args].map(shellQuote).join(" ")),
    `pulumi up --stack ${stack} --target ${shellQuote(plan.provider)}`,
    "cat > adopt.json <<'END'",
    JSON.stringify(plan.importFile, undefined, 2),
    "END",
    `pulumi import --stack ${stack} --file adopt.json --protect=false --generate-code=false`,
    `pulumi preview --stack ${stack}   # no delete and no replace, or stop here`,
    "",
  ].join("\n");
}
