{{/* What is not the internet: private networks (RFC 1918, RFC 6598), and link-local ones, where clouds have metadata. */}}
{{- define "mybinder.privateNetworks" -}}
{{ list "10.0.0.0/8" "172.16.0.0/12" "192.168.0.0/16" "100.64.0.0/10" "169.254.0.0/16" | toJson }}
{{- end }}

{{/* Number of an IPv4 network among those of a prefix length: equal means the same. Call with (list network length). */}}
{{- define "mybinder.networkNumber" -}}
{{- $number := 0 }}
{{- range splitList "." (first . | splitList "/" | first) }}
{{- $number = add (mul $number 256) (int64 .) }}
{{- end }}
{{- range until (sub 32 (index . 1) | int) }}
{{- $number = div $number 2 }}
{{- end }}
{{- $number }}
{{- end }}

{{/* Whether the first network lies in the second one, or is it: "true" or nothing. Call with (list inner outer). */}}
{{- define "mybinder.within" -}}
{{- $inner := splitList "/" (index . 0) | last | int }}
{{- $outer := splitList "/" (index . 1) | last | int }}
{{- if ge $inner $outer }}
{{- if eq (include "mybinder.networkNumber" (list (index . 0) $outer)) (include "mybinder.networkNumber" (list (index . 1) $outer)) }}true{{ end }}
{{- end }}
{{- end }}

{{/* What lies in the cidr and is private or banned, as a JSON list: the API server refuses an exception outside of it. */}}
{{- define "mybinder.egressExcept" -}}
{{- $cidr := .Values.networkPolicy.egress.cidr }}
{{- $closed := include "mybinder.privateNetworks" . | fromJsonArray }}
{{- range .Values.networkPolicy.egress.bannedIps }}
{{- range . }}
{{- $closed = append $closed (include "mybinder.cidr" .) }}
{{- end }}
{{- end }}
{{- $except := list }}
{{- range $closed }}
{{- if include "mybinder.within" (list $cidr .) }}
{{- fail (printf "networkPolicy.egress.cidr: %s lies in a network that is private or banned, so that pods could reach nothing" $cidr) }}
{{- end }}
{{- if include "mybinder.within" (list . $cidr) }}
{{- $except = append $except . }}
{{- end }}
{{- end }}
{{- $except | uniq | sortAlpha | toJson }}
{{- end }}

{{/* Egress rules of pods that run what strangers wrote: names, the internet, and the public hosts of this very stack. */}}
{{- define "mybinder.strangersEgress" -}}
{{- $egress := .Values.networkPolicy.egress }}
# names, from the cluster's resolver and its cache: by labels, since no ipBlock matches a pod on GKE's Dataplane V2
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchExpressions:
          - key: k8s-app
            operator: In
            values: [kube-dns, node-local-dns]
    {{- with $egress.nodeLocalDns }}
    - ipBlock:
        cidr: {{ . }}/32
    {{- end }}
  ports:
    - { protocol: TCP, port: 53 }
    - { protocol: UDP, port: 53 }
# the internet, without private networks, the cloud's metadata and whom we banned
- to:
    - ipBlock:
        cidr: {{ $egress.cidr }}
        {{- with include "mybinder.egressExcept" . | fromJsonArray }}
        except:
          {{- range . }}
          - {{ . }}
          {{- end }}
        {{- end }}
  ports:
    {{- range concat $egress.tcpPorts $egress.registryPorts | uniq }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
# public names that are served by this very cluster
- to:
    - podSelector:
        matchLabels: {{- include "mybinder.traefikSelector" . | nindent 10 }}
  ports:
    - { protocol: TCP, port: 443 }
{{- end }}
