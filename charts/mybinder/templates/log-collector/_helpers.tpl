{{- define "mybinder.logCollector.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "log-collector" "component" "logs") }}
{{- end }}

{{- define "mybinder.logCollector.selectorLabels" -}}
{{ include "mybinder.selectorLabels" (dict "root" . "name" "log-collector") }}
{{- end }}

{{/*
What tells one stream of logs from another: the container, and whose code it runs. A line that is JSON may bring fields of any
name, these too: the store refuses such a line, so that nobody can write in another's name.
*/}}
{{- define "mybinder.logCollector.streamFields" -}}
kubernetes.pod_namespace,kubernetes.pod_name,kubernetes.container_name,kubernetes.pod_annotations.binder-repo,kubernetes.pod_annotations.mybinder.org/client
{{- end }}
