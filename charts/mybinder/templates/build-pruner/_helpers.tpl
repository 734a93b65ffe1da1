{{- define "mybinder.buildPruner.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "build-pruner" "component" "builds") }}
{{- end }}

{{- define "mybinder.buildPruner.selectorLabels" -}}
{{ include "mybinder.selectorLabels" (dict "root" . "name" "build-pruner") }}
{{- end }}

{{/*
"true" where builds have a Docker of their own. There the pruner removes what they leave behind; BinderHub's image cleaner
counts the build cache, cannot prune it, and would cordon the node for it. Elsewhere the cleaner does it: one of the two.
*/}}
{{- define "mybinder.buildPruner.enabled" -}}
{{- if .Values.binderhubEnabled }}
{{- $cleaner := .Values.binderhub.imageCleaner.enabled }}
{{- if eq .Values.binderhub.imageBuilderType "dind" }}
{{- if $cleaner }}
{{- fail "binderhub.imageCleaner.enabled: true beside imageBuilderType dind, where the build pruner does it; allowed: false" }}
{{- end }}
{{- if .Values.buildPruner.enabled }}true{{ end }}
{{- else if not $cleaner }}
{{- fail (printf "binderhub.imageCleaner.enabled: false, but nothing else removes the images of imageBuilderType %s; allowed: true" .Values.binderhub.imageBuilderType) }}
{{- end }}
{{- end }}
{{- end }}
