import type { ProcessRule } from "../../model/member/processRules";

/** `scanner.json`. */
export interface ScannerConfig {
  /** Where user and build pods are; nothing is touched elsewhere. */
  readonly namespace: string;
  /** Seconds between two scans. */
  readonly periodSeconds: number;
  /** What one node may do in a minute; the rest it only reports. */
  readonly limits: { readonly deletionsPerMinute: number; readonly endingsPerMinute: number };
  readonly rules: readonly ProcessRule[];
}
