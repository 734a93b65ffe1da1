/** The keeper's configuration: what of a cluster it keeps as the list says. */
export interface KeeperConfig {
  /** Namespace of the release, where the list is. */
  readonly namespace: string;
  /** Where user and build pods run: their network policies, whose internet is `cidr` less `except`. */
  readonly egress?: {
    readonly policies: readonly string[];
    readonly cidr: string;
    readonly except: readonly string[];
  };
  /** Where user pods run: cryptnono's DaemonSet, whose flow killer reads its addresses when it starts. */
  readonly flowKiller?: string;
  /** Whether CoreDNS has K3s' ConfigMap of additions. */
  readonly dns: boolean;
}
