// The ACME server that tests let issue certificates, verified by go.sum. Its own go.mod and go.sum pin what it is built from.
module mybinder.org/tools/kube/pebble

go 1.26.0

require (
	github.com/letsencrypt/pebble/v2 v2.10.3 // indirect
)
