// The network policy controller that tests let enforce our policies: the fork of kube-router that K3s has built in (K3s v1.33.7 and
// v1.37 have this release, so v1.34.4 does), verified by go.sum, which no checksum database can. It is built with the toolchain's
// libraries (../libraries.ts) where its own go.mod, which is in the module, names older ones; the last lines of go.sum are theirs.
module mybinder.org/tools/kube/kubeRouter

go 1.26.0

require (
	github.com/cloudnativelabs/kube-router/v2 v2.6.3-k3s1 // indirect
)

replace github.com/cloudnativelabs/kube-router/v2 => github.com/k3s-io/kube-router/v2 v2.6.3-k3s1
