{{- define "mybinder.blackboxExporter.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "blackbox-exporter" "component" "monitoring") }}
{{- end }}

{{- define "mybinder.blackboxExporter.selectorLabels" -}}
{{ include "mybinder.selectorLabels" (dict "root" . "name" "blackbox-exporter") }}
{{- end }}
