{{- define "mybinder.federationProxy.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "federation-proxy" "component" "proxy") }}
{{- end }}

{{- define "mybinder.federationProxy.selectorLabels" -}}
{{ include "mybinder.selectorLabels" (dict "root" . "name" "federation-proxy") }}
{{- end }}

{{/* The scheme of public hosts, whose TLS entries of an Ingress are given: without any, only HTTP answers. */}}
{{- define "mybinder.federationProxy.scheme" -}}
{{ ternary "https" "http" (not (empty .)) }}
{{- end }}

{{/* A member's url in parts, as JSON: {host, address, tls}. */}}
{{- define "mybinder.federationProxy.origin" -}}
{{- $url := urlParse .url }}
{{- $tls := eq $url.scheme "https" }}
{{- $address := $url.host }}
{{- if not (regexMatch ":[0-9]+$" $address) }}
{{- $address = printf "%s:%s" $address (ternary "443" "80" $tls) }}
{{- end }}
{{- dict "host" $url.host "name" (regexReplaceAll ":[0-9]+$" $url.host "") "address" $address "tls" $tls | toJson }}
{{- end }}

{{/* Members in the order of preference for pages, as a JSON list; those that take no new repositories come last. */}}
{{- define "mybinder.federationProxy.order" -}}
{{- $federation := .Values.federationProxy.federation }}
{{- $names := concat $federation.order (keys $federation.members | sortAlpha) | uniq }}
{{- $serving := list }}
{{- $drained := list }}
{{- range $names }}
{{- $member := get $federation.members . | default dict }}
{{- if not $member }}
{{- fail (printf "federationProxy.federation.order: %q is not in federationProxy.federation.members" .) }}
{{- end }}
{{- if $member.weight }}{{ $serving = append $serving . }}{{ else }}{{ $drained = append $drained . }}{{ end }}
{{- end }}
{{- if not $serving }}
{{- fail "federationProxy.federation.members: no member has a weight above 0, so nobody would take a launch" }}
{{- end }}
{{- concat $serving $drained | toJson }}
{{- end }}

{{/* One Ingress of the proxy. Call with (dict "root" $ "group" "badges" "hosts" (list …) "tls" (list …) "annotations" (dict …)). */}}
{{- define "mybinder.federationProxy.ingress" -}}
{{- $ingress := .root.Values.federationProxy.ingress }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: federation-proxy-{{ .group }}
  labels: {{- include "mybinder.federationProxy.labels" .root | nindent 4 }}
  {{- with merge (dict) $ingress.annotations (.annotations | default dict) }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  ingressClassName: {{ $ingress.className }}
  rules:
    {{- range .hosts | uniq }}
    - host: {{ . }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: federation-proxy
                port:
                  name: http
    {{- end }}
  {{- with .tls }}
  tls: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* The agent's container, but for its name: (dict "root" $ "command" "run"). */}}
{{- define "mybinder.federationProxy.agent" -}}
{{- $agent := .root.Values.federationProxy.agent -}}
image: {{ printf "%s:%s" $agent.image.repository $agent.image.tag }}
command: [node, /srv/agent.js, {{ .command }}, /etc/federation/agent.json, /etc/federation-input, /var/run/federation, /var/run/secrets/kubernetes.io/serviceaccount]
resources: {{- toYaml $agent.resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: agent
    mountPath: /srv
    readOnly: true
  - name: config
    mountPath: /etc/federation
    readOnly: true
  - name: input
    mountPath: /etc/federation-input
    readOnly: true
  - name: account
    mountPath: /var/run/secrets/kubernetes.io/serviceaccount
    readOnly: true
  - name: run
    mountPath: /var/run/federation
{{- end }}
