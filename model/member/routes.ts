import type { StackConfig } from "../schema/stack";
import { certificateOf } from "./certificates";
import { hostClaims, type PublicService } from "./hosts";

/** Ingress class of every public host: that of the cluster's only ingress controller. */
export const INGRESS_CLASS = "traefik";

/** What the ingress controller has to know of a public host, whichever controller it is. */
export interface PublicRoute {
  readonly host: string;
  readonly service: PublicService;
  /** What answers there, in words. */
  readonly what: string;
  /** Key of the stack file that sets the host. */
  readonly key: string;
  /** Ingress class whose controller answers. */
  readonly class: typeof INGRESS_CLASS;
  /**
   * Secret with its certificate: only HTTPS answers, and HTTP redirects to it, except for ACME challenges. `undefined`: HTTP
   * and HTTPS, the latter without a certificate that a browser takes.
   */
  readonly certificate: string | undefined;
  /** Longest body of a request, in bytes; `undefined`: no limit. */
  readonly maxBodyBytes: number | undefined;
  /** How long a request with its body may take to arrive, in seconds. */
  readonly requestSeconds: number;
  /** Whether answers must pass as they come, without an end: events of launches, output of notebooks. */
  readonly streams: boolean;
  /** Whether web sockets are used. They have no time limit. */
  readonly webSockets: boolean;
  /** Whether banned addresses are refused here. */
  readonly bans: boolean;
}

type Traits = Pick<PublicRoute, "maxBodyBytes" | "requestSeconds" | "streams" | "webSockets">;

/** Traefik's own default. */
const REQUEST_SECONDS = 60;
/** A layer of an image, or a file that is uploaded into a notebook, over a slow line. */
const UPLOAD_SECONDS = 600;
/** A notebook that is saved, or a file that is uploaded: as before, 64 MB. */
const HUB_BODY_BYTES = 64_000_000;

const PLAIN: Traits = {
  maxBodyBytes: undefined,
  requestSeconds: REQUEST_SECONDS,
  streams: false,
  webSockets: false,
};
const TRAITS: Readonly<Record<PublicService, Traits>> = {
  binder: { ...PLAIN, streams: true },
  federation: { ...PLAIN, streams: true },
  hub: {
    maxBodyBytes: HUB_BODY_BYTES,
    requestSeconds: UPLOAD_SECONDS,
    streams: true,
    webSockets: true,
  },
  grafana: { ...PLAIN, webSockets: true },
  prometheus: PLAIN,
  static: PLAIN,
  registry: { ...PLAIN, requestSeconds: UPLOAD_SECONDS },
  redirects: PLAIN,
  archive: PLAIN,
};

/** Every public host at which a stack's cluster answers, in the order of its services. */
export function publicRoutes(stack: string, config: StackConfig): PublicRoute[] {
  return hostClaims(config).flatMap((claim): PublicRoute[] => {
    const { host, service, what, key } = claim;
    if (service === undefined) return [];
    const certificate = certificateOf(claim, config, stack);
    const traits = TRAITS[service];
    return [{ host, service, what, key, class: INGRESS_CLASS, certificate, ...traits, bans: true }];
  });
}
