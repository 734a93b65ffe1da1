{{- define "mybinder.syntheticLauncher.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "synthetic-launcher" "component" "proxy") }}
{{- end }}

{{- define "mybinder.syntheticLauncher.selectorLabels" -}}
{{ include "mybinder.selectorLabels" (dict "root" . "name" "synthetic-launcher") }}
{{- end }}

{{/* launcher.json, as JSON: members come with the federation's. */}}
{{- define "mybinder.syntheticLauncher.config" -}}
{{- $members := list }}
{{- range include "mybinder.federationProxy.order" . | fromJsonArray }}
{{- if not (has . $.Values.syntheticLauncher.leaveOut) }}
{{- $members = append $members (dict "name" . "url" (trimSuffix "/" (get $.Values.federationProxy.federation.members .).url)) }}
{{- end }}
{{- end }}
{{- merge (dict "members" $members) (pick .Values.syntheticLauncher "repository" "ref" "cachedMinutes" "uncachedMinutes" "limits" "silenceSeconds" "headroom" "leaseSeconds") | toPrettyJson }}
{{- end }}
