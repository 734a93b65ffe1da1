{{- define "mybinder.banKeeper.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "ban-keeper" "component" "bans") }}
{{- end }}

{{- define "mybinder.banKeeper.selectorLabels" -}}
{{ include "mybinder.selectorLabels" (dict "root" . "name" "ban-keeper") }}
{{- end }}

{{/* Cryptnono's DaemonSet, where it reads our list; empty: nowhere. */}}
{{- define "mybinder.banKeeper.flowKiller" -}}
{{- $killer := .Values.cryptnono.detectors.tcpflowkiller }}
{{- if and .Values.cryptnono.enabled $killer.enabled (hasKey ($killer.bannedIpv4ConfigMaps | default dict) "flow-bans") -}}
{{ .Release.Name }}-cryptnono
{{- end }}
{{- end }}

{{/* Network policies whose internet the keeper closes to banned destinations, as a JSON list. */}}
{{- define "mybinder.banKeeper.policies" -}}
{{ ternary (list "binder-builds" "binder-users") (list) (and .Values.networkPolicy.enabled .Values.binderhubEnabled) | toJson }}
{{- end }}

{{/* keeper.json: what of this cluster follows from the list. */}}
{{- define "mybinder.banKeeper.config" -}}
{{- $config := dict "namespace" .Release.Namespace "dns" .Values.banKeeper.dns }}
{{- with include "mybinder.banKeeper.policies" . | fromJsonArray }}
{{- $except := include "mybinder.egressExcept" $ | fromJsonArray }}
{{- $_ := set $config "egress" (dict "policies" . "cidr" $.Values.networkPolicy.egress.cidr "except" $except) }}
{{- end }}
{{- with include "mybinder.banKeeper.flowKiller" . }}
{{- $_ := set $config "flowKiller" . }}
{{- end }}
{{- $config | toPrettyJson }}
{{- end }}
