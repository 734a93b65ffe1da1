// The release of cert-manager whose definitions tests put on a real API server, verified by go.sum; the chart's pin is in
// charts/versions.ts. Its controller is a module that the proxy does not have, so it cannot be built from here.
module mybinder.org/tools/kube/certManager

go 1.26.0

require github.com/cert-manager/cert-manager v1.20.2 // indirect
