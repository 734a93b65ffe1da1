{{- define "mybinder.archivePublisher.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "archive-publisher" "component" "archive") }}
{{- end }}

{{- define "mybinder.archivePublisher.selectorLabels" -}}
{{ include "mybinder.selectorLabels" (dict "root" . "name" "archive-publisher") }}
{{- end }}
