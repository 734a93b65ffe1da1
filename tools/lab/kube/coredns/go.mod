// The CoreDNS that tests let read our bans of host names: a release of those that K3s ships, verified by go.sum. Its own go.mod
// and go.sum, which are in the module, pin what it is built from.
module mybinder.org/tools/kube/coredns

go 1.26.0

require (
	github.com/coredns/coredns v1.14.1 // indirect
)
