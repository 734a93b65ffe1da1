// The linter of .github/workflows, verified by go.sum. Its own go.mod and go.sum pin what it is built from.
module mybinder.org/tools/kube/actionlint

go 1.26.0

require (
	github.com/rhysd/actionlint v1.7.12 // indirect
)
