// The S3 server that tests let backups be written to, verified by go.sum.
module mybinder.org/tools/kube/versitygw

go 1.26.0

require (
	github.com/versity/versitygw v1.8.0 // indirect
)
