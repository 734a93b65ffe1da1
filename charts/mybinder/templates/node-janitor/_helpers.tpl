{{- define "mybinder.nodeJanitor.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "node-janitor" "component" "scheduling") }}
{{- end }}

{{- define "mybinder.nodeJanitor.selectorLabels" -}}
{{ include "mybinder.selectorLabels" (dict "root" . "name" "node-janitor") }}
{{- end }}
