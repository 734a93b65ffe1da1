// The release of cert-manager whose definitions and controllers tests let read our issuers and Ingresses, verified by go.sum;
// the chart's pin is in charts/versions.ts. Its own go.mod and go.sum, which are in the module, pin what it is built from.
module mybinder.org/tools/kube/certManager

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.20.2 // indirect
)
