// The restic that tests let write and read backups: the one of the image that the chart deploys, verified by go.sum.
module mybinder.org/tools/kube/restic

go 1.26.0

require (
	github.com/restic/restic v0.18.1 // indirect
)
