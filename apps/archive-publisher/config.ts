/** What is published, and where from; the chart writes it. */
export interface PublisherConfig {
  /** https://storage.googleapis.com */
  readonly server: string;
  /** Log whose export is the source; the first folder of its objects. */
  readonly log: string;
  readonly sourceBucket: string;
  readonly archiveBucket: string;
  /** Bucket of Google's billing exports; not set: no costs are published. */
  readonly costs?: { readonly bucket: string; readonly kind: "csv" | "json" };
  readonly periodSeconds: number;
}
