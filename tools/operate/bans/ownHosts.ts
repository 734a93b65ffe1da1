import { isBelow } from "../../../model/member/hosts";
import { publicRoutes } from "../../../model/member/routes";
import { stackNames } from "../../../model/stack/stackFiles";
import { ROOT } from "../../ground/root";
import { stackConfig } from "../../ground/stackFile/stacks";

/** The host of ours that a banned name would take away: the name itself, or one below it. `undefined`: none. */
export function ownHostBelow(name: string): { host: string; stack: string } | undefined {
  for (const stack of stackNames(ROOT)) {
    const route = publicRoutes(stack, stackConfig(stack)).find(({ host }) => isBelow(host, name));
    if (route) return { host: route.host, stack };
  }
  return undefined;
}
