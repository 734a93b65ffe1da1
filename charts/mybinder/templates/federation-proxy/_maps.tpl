{{/* hosts.map: which route a host leads to. */}}
{{- define "mybinder.federationProxy.hosts" -}}
{{- with .Values.federationProxy }}
:unknown route:not-found
{{- if .federation.enabled }}
{{ .federation.host }} route:pages
{{- end }}
{{- range .redirects }}
{{ .from }} route:redirects
{{- end }}
{{- range .badges.hosts }}
{{ . }} route:badges
{{- end }}
{{- range .archive.buckets }}
{{ .host }} route:archive
{{- end }}
{{- end }}
{{- end }}

{{/* agent.json: what the agent needs to know, as JSON. */}}
{{- define "mybinder.federationProxy.agentConfig" -}}
{{- $federation := .Values.federationProxy.federation }}
{{- $members := list }}
{{- range include "mybinder.federationProxy.order" . | fromJsonArray }}
{{- $member := get $federation.members . }}
{{- $members = append $members (merge (dict "name" . "url" (trimSuffix "/" $member.url)) $member) }}
{{- end }}
{{- $agent := omit .Values.federationProxy.agent "image" "resources" }}
{{- if not $agent.apiServer }}{{ $agent = omit $agent "apiServer" }}{{ end }}
{{- $image := .Values.binderhub.config.KubernetesBuildExecutor.build_image }}
{{- $expected := merge (dict) $agent.expectedVersions (dict "builder" $image) }}
{{- merge (dict "host" $federation.host "statusUrl" "http://127.0.0.1:8405" "members" $members "expectedVersions" $expected "replicas" .Values.federationProxy.replicas) $agent | toPrettyJson }}
{{- end }}
