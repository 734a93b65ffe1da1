{{/* Labels of every own object. Call with (dict "root" $ "name" "federation-proxy" "component" "proxy"). */}}
{{- define "mybinder.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 }}
{{ include "mybinder.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.Version | replace "+" "_" | quote }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: mybinder
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{/* Labels that a selector may use: they never change between two versions of this chart. */}}
{{- define "mybinder.selectorLabels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* Labels of the traefik chart's pods. */}}
{{- define "mybinder.traefikSelector" -}}
app.kubernetes.io/name: traefik
app.kubernetes.io/instance: {{ .Release.Name }}-{{ .Release.Namespace }}
{{- end }}

{{/* An address or network as a network: a bare IPv4 address gets /32, what has a prefix keeps it. */}}
{{- define "mybinder.cidr" -}}
{{ contains "/" . | ternary . (printf "%s/32" .) }}
{{- end }}
