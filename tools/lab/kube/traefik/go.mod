// The Traefik that tests let read our Ingresses: the one that the pinned chart deploys, verified by go.sum. Its own go.mod and
// go.sum, which are in the module, pin what it is built from.
module mybinder.org/tools/kube/traefik

go 1.26.0

require (
	github.com/traefik/traefik/v3 v3.7.9 // indirect
)
