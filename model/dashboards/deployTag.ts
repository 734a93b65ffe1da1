/** Tag of the annotations that deploys write into Grafana; the stack's name is the other one. */
export const DEPLOY_TAG = "deploy";
