{{- define "mybinder.logStore.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "log-store" "component" "logs") }}
{{- end }}

{{- define "mybinder.logStore.selectorLabels" -}}
{{ include "mybinder.selectorLabels" (dict "root" . "name" "log-store") }}
{{- end }}
