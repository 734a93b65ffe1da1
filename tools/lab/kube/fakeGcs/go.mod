// The server of Google's storage API that tests let the archive's publisher write to, verified by go.sum.
module mybinder.org/tools/kube/fakeGcs

go 1.26.0

require (
	github.com/fsouza/fake-gcs-server v1.56.1 // indirect
)
