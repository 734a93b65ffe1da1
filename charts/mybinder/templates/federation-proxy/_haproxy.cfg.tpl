{{/*
HAProxy's configuration, for 2.6 and later. A request goes to a route by its host name (hosts.map): pages of the
federation and its launches, redirected hosts, badges, archive; an unknown host gets "Binder not found". A route's
backend has a colon in its name, a member's has not.
*/}}
{{- define "mybinder.federationProxy.config" -}}
{{- $proxy := .Values.federationProxy }}
global
  default-path config
  log stdout format raw local0 info
  maxconn 4000
  # one thread does 100,000 launches a second, and none can free table.map's old version while another one reads it
  nbthread 1
  hard-stop-after 25s
  ca-base /etc/ssl/certs
  {{- if $proxy.federation.enabled }}
  stats socket unix@/var/run/federation/admin.sock mode 600 level admin expose-fd listeners
  {{- end }}

defaults
  mode http
  log global
  option httplog
  # addresses of people who look at a badge are nobody's business: log failures only
  option dontlog-normal
  option dontlognull
  option forwardfor if-none
  timeout connect 3s
  timeout client 60s
  timeout server 60s
  # slow headers
  timeout http-request 10s
  # longer than the 90 s for which Traefik keeps a connection: whoever closes first must not be us
  timeout http-keep-alive 120s
  timeout tunnel 1h
  timeout check 2s
  # without resolvable names it starts all the same
  default-server init-addr last,none resolvers cluster resolve-prefer ipv4

resolvers cluster
  parse-resolv-conf
  accepted_payload_size 8192
  hold valid 10s
  # A name server that hangs, refuses or says no takes nobody's address away: a redirect needs none, and the checks say who is up.
  {{- range list "timeout" "refused" "nx" "other" }}
  hold {{ . }} 7d
  {{- end }}

frontend admin
  bind :8405 proto h1
  monitor-uri /healthz
  http-request set-var(txn.route) str(:unknown),map(hosts.map)
  http-request use-service prometheus-exporter if { path /metrics }
  {{- if $proxy.federation.enabled }}
  http-request deny deny_status 404 unless { path /status /status.json }
  # the agent asks, so that HAProxy keeps the page
  use_backend route:agent if { path /status /status.json }
  {{- else }}
  http-request deny deny_status 404
  {{- end }}

frontend http
  # a process that ends waits for the next request of an idle connection: closing it would meet a request on its way
  option idle-close-on-response
  # the rest of maxconn is for the admin port, whose probes must not fail because of a flood here
  maxconn 3800
  # no HTTP/2, which has bodies without a length; the entrypoint speaks HTTP/1.1 to us
  bind :8080 proto h1{{ if $proxy.proxyProtocol }} accept-proxy{{ end }}
  # Before any condition: HAProxy 2.6.12 was seen to crash in a condition after a commit to table.map, and was not once a
  # look-up in a map that never changes came first. haproxy#2708 looks alike; the cause is not certain.
  http-request set-var(txn.route) str(:unknown),map(hosts.map)
  http-request set-var(txn.host) req.hdr(host),host_only,lower
  http-request set-var(txn.route) var(txn.host),map(hosts.map)
  # "GET @evil.example HTTP/1.1": what is not a path would continue the host of a Location
  http-request return status 400 unless { path_beg / }
  {{- if $proxy.federation.enabled }}
  # clients.map is the agent's; who asks is the entrypoint's last word, which nobody can forge
  http-request set-var(txn.client) src
  {{- if not $proxy.proxyProtocol }}
  http-request set-var(txn.client) req.hdr_ip(x-forwarded-for,-1) if { req.hdr(x-forwarded-for) -m found }
  {{- end }}
  http-request return status 403 content-type text/plain string "This network address is banned because of abuse.\nIs that a mistake? binder-team@googlegroups.com\n" if { var(txn.client),map_ip(/var/run/federation/clients.map) -m str banned }
  acl federation var(txn.route) -m str route:pages
  use_backend route:launches if { path_beg /build/ } federation
  use_backend route:agent if federation { path /metrics /active_hosts /status /status.json }
  {{- end }}
  use_backend %[var(txn.route)]

backend route:not-found
  http-request return status 424 content-type "text/html; charset=utf-8" file not-found.html if { path_beg /user/ }
  http-request return status 404 content-type "text/html; charset=utf-8" file not-found.html
{{- if $proxy.federation.enabled }}

{{ include "mybinder.federationProxy.launches" . }}

{{ include "mybinder.federationProxy.pages" . }}
{{ include "mybinder.federationProxy.members" . }}
{{- end }}
{{- if $proxy.redirects }}
{{ include "mybinder.federationProxy.redirects" . }}
{{- end }}
{{- if $proxy.badges.hosts }}
{{ include "mybinder.federationProxy.badges" . }}
{{- end }}
{{- if $proxy.archive.buckets }}
{{ include "mybinder.federationProxy.archive" . }}
{{- end }}
{{- end }}
