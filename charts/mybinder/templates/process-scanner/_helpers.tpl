{{- define "mybinder.processScanner.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "process-scanner" "component" "abuse") }}
{{- end }}

{{- define "mybinder.processScanner.selectorLabels" -}}
{{ include "mybinder.selectorLabels" (dict "root" . "name" "process-scanner") }}
{{- end }}

{{/* "true" where there are rules and pods that they are for. */}}
{{- define "mybinder.processScanner.enabled" -}}
{{- if and .Values.processScanner.enabled .Values.binderhubEnabled }}
{{- if hasPrefix "kube-" .Release.Namespace }}
{{- fail (printf "processScanner.enabled: true in namespace %s, which is the cluster's own; allowed: a stack's" .Release.Namespace) }}
{{- end -}}
true
{{- end }}
{{- end }}

{{/* "true" where a rule ends processes: deleting a pod needs no right on the node, but in the Docker that builds nothing is deleted. */}}
{{- define "mybinder.processScanner.ends" -}}
{{- range .Values.processScanner.rules }}
{{- if or (eq .action "end-process") (and (eq .action "delete-pod") (has "build" (get . "in" | default (list "build")))) }}true{{ end }}
{{- end }}
{{- end }}
