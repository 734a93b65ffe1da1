import type { ProbedHost } from "../../../model/federation/probedHosts";
import { type PublicRoute, publicRoutes } from "../../../model/member/routes";
import type { Stack } from "../../../model/stack/config";

/** A public host as it is asked from outside. */
export interface PublicHost extends Pick<PublicRoute, "host" | "service" | "maxBodyBytes"> {
  /** Scheme and host. */
  readonly url: string;
  /** Where plain HTTP must lead to HTTPS; `undefined` where the stack has no certificates. */
  readonly plainUrl: string | undefined;
  /** Where a redirect leads. */
  readonly target?: ProbedHost["target"];
}

/** Every public host at which a stack's cluster answers. */
export function publicHosts({ name, config }: Pick<Stack, "name" | "config">): PublicHost[] {
  const { tls } = config.certificates;
  const redirects = config.role === "member" ? [] : config.redirects;
  return publicRoutes(name, config).map(({ host, service, maxBodyBytes }): PublicHost => {
    const target = service === "redirects" ? redirects.find(({ from }) => from === host) : undefined;
    return {
      host,
      service,
      maxBodyBytes,
      url: `${tls ? "https" : "http"}://${host}`,
      plainUrl: tls ? `http://${host}/` : undefined,
      ...(target && { target: { to: target.to, type: target.type } }),
    };
  });
}
