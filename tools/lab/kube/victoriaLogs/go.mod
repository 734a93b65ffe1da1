// The store of logs and its collector that tests and `npm run bench -- logs` start: those of the images that the chart deploys,
// verified by go.sum.
module mybinder.org/tools/kube/victorialogs

go 1.26.0

require (
	github.com/VictoriaMetrics/VictoriaLogs v1.52.1 // indirect
)
