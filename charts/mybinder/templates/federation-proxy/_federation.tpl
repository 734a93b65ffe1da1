{{/* Headers of every answer to a launch: pages of any site make launches by EventSource. */}}
{{- define "mybinder.federationProxy.cors" -}}
hdr Access-Control-Allow-Origin * hdr Access-Control-Allow-Headers cache-control
{{- end }}

{{/* The page that says that nobody can take a launch, as an answer of status 503. */}}
{{- define "mybinder.federationProxy.unavailable" -}}
status 503 content-type "text/html; charset=utf-8" file unavailable.html hdr Retry-After 30
{{- end }}

{{/*
Launches. table.map is the agent's: slot -> "member|url|member|url|…", the owner and those that stand in for it, and
member -> "member|url" for each that a cookie may name. All that a request needs is one value, and a backend bears its
member's name, so the work is the same for three members and for three hundred.
*/}}
{{- define "mybinder.federationProxy.launches" -}}
{{- $table := "/var/run/federation/table.map" }}
{{- $cors := include "mybinder.federationProxy.cors" . }}
{{- $answer := printf "status 307 hdr Location %%[var(txn.choices),field(2,|)]%%[pathq] %s" $cors }}
{{- $federation := .Values.federationProxy.federation }}
{{- /* browsers drop a Secure cookie that came over HTTP */}}
{{- $secure := ternary "Secure; " "" (not (empty $federation.tls)) }}
{{- $cookie := printf "hdr Set-Cookie \"host=%%[var(txn.choices),field(1,|)]; Path=%%[path]; Max-Age=%d; %sHttpOnly; SameSite=Lax\"" (mul $federation.cookieHours 3600) $secure -}}
backend route:launches
  # redirects by member: http_req_cnt all, gpc0 by cookie, gpc1 in place of one that is down; the agent reads it
  stick-table type string len 40 size 1k store http_req_cnt,gpc0,gpc1
  http-error status 500 content-type text/plain string "no answer could be made" {{ $cors }}
  acl github path_beg /build/gh/
  acl up var(txn.choices),field(1,|),nbsrv gt 0
  acl by-cookie var(txn.sticky),field(1,|),nbsrv gt 0
  acl stopping stopping
  # a browser takes no cookie with a longer path, and a ";" would end the attribute
  acl cookie-fits path_len le 1024
  acl cookie-broken path -m sub ;
  http-request return status 204 {{ $cors }} hdr Access-Control-Allow-Methods "GET, HEAD, OPTIONS" if METH_OPTIONS
  http-request return status 405 {{ $cors }} hdr Allow "GET, HEAD, OPTIONS" if !METH_GET !METH_HEAD
  http-request return status 413 {{ $cors }} if { req.body_size gt 0 }

  # key: what follows /build/, in lower case; of GitHub without the ref
  http-request set-var(txn.choices) path,lower,field(3,/,3),xxh32,mod(4096),map({{ $table }}) if github
  http-request set-var(txn.choices) path,lower,field(3,/,0),xxh32,mod(4096),map({{ $table }}) if !github
  # a member's name begins with a letter, the table's other keys do not
  http-request set-var(txn.sticky) req.cook(host),map({{ $table }}) if { req.cook(host) -m reg ^[a-z] }
  http-request set-var(txn.choices) var(txn.sticky) if by-cookie or stopping { var(txn.sticky) -m found }
  http-request track-sc0 var(txn.choices),field(1,|) if up
  http-request sc-inc-gpc0(0) if by-cookie
  # nearly every launch leaves here
  http-request return {{ $answer }} {{ $cookie }} if up cookie-fits !cookie-broken
  http-request return {{ $answer }} if up
  # in a process that ends, all backends count as down
  http-request return {{ $answer }} if stopping { var(txn.choices) -m found }

  # the owner is down and the agent does not know yet
  {{- range until 3 }}
  http-request set-var(txn.choices) var(txn.choices),field(3,|,0) if !up
  {{- end }}
  http-request track-sc0 var(txn.choices),field(1,|) if up
  http-request sc-inc-gpc1(0) if up
  http-request return {{ $answer }} {{ $cookie }} if up cookie-fits !cookie-broken
  http-request return {{ $answer }} if up
  http-request return {{ include "mybinder.federationProxy.unavailable" . }} {{ $cors }}
{{- end }}

{{/*
Everything else of the federation's host: pages of the first member that is up, beginning with the one that the agent
names. A server is called as its host, which is then the Host that it gets.
*/}}
{{- define "mybinder.federationProxy.pages" -}}
{{- $proxy := .Values.federationProxy }}
{{- $table := "/var/run/federation/table.map" -}}
backend route:pages
  balance first
  retries 2
  option redispatch 1
  # an ingress answers for a BinderHub that is dead
  retry-on conn-failure empty-response response-timeout 502 503 504
  {{- range list 502 503 504 }}
  http-error status {{ . }} content-type "text/html; charset=utf-8" file unavailable.html hdr Retry-After 30
  {{- end }}
  {{- $badges := include "mybinder.federationProxy.scheme" $proxy.badges.tls }}
  {{- with first $proxy.badges.hosts }}
  http-request redirect code 301 location {{ $badges }}://{{ . }}/badge.svg if { path /badge.svg /assets/images/badge.svg }
  http-request redirect code 301 location {{ $badges }}://{{ . }}/badge_logo.svg if { path /badge_logo.svg }
  {{- end }}
  http-request return status 200 content-type application/json file federation.json hdr Access-Control-Allow-Origin * hdr Cache-Control "public, max-age=300" if { path /federation.json } METH_GET
  http-request return status 413 if { req.body_size gt {{ int64 $proxy.federation.maxBodyBytes }} }
  # a body whose size is not told could be any size
  http-request return status 411 if { req.hdr(transfer-encoding) -m found }
  http-request return {{ include "mybinder.federationProxy.unavailable" . }} if { nbsrv eq 0 } !{ stopping }
  http-request disable-l7-retry if !METH_GET !METH_HEAD
  # BinderHub's own word: 503 says which check failed
  http-request set-var(txn.health) bool(true) if { path /health }
  http-request disable-l7-retry if { var(txn.health) -m bool }
  # A member that hangs is asked for a page until the checks see it; another one is asked after ten seconds. Streams and sockets wait.
  http-request set-timeout server 10s if METH_GET !{ req.hdr(accept) -m sub event-stream } !{ req.hdr(Upgrade) -m found } !{ var(txn.health) -m bool }
  # what every member that was asked answered: the page is ours, and says that it is us
  http-response return {{ include "mybinder.federationProxy.unavailable" . }} if { status 502 503 504 } !{ var(txn.health) -m bool }
  # "a:@b" would go on as an origin
  http-request return status 400 unless { req.hdr(host) -m reg -i ^[a-z0-9.-]+(:[0-9]{1,5})?$ }
  # A body is there within ten seconds, whole. What does not fit a buffer, because of long headers too, would have no limit but
  # that of silence.
  http-request wait-for-body time 10s if { req.body_size gt 0 }
  http-request set-var(txn.size) req.body_size
  http-request return status 413 if { req.body_len,sub(txn.size) lt 0 }
  # only websockets: another protocol would not be looked at
  http-request del-header Upgrade unless { req.hdr(Upgrade) -i websocket }
  http-request del-header HTTP2-Settings
  # Origin: the member shall see this as coming from another site
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header Origin {{ include "mybinder.federationProxy.scheme" $proxy.federation.tls }}://%[req.hdr(host)]
  http-send-name-header Host
  use-server %[str(:pages),map({{ $table }})] if { str(:pages),map({{ $table }}) -m found }
  {{- range $name := include "mybinder.federationProxy.order" . | fromJsonArray }}
  {{- $origin := include "mybinder.federationProxy.origin" (get $proxy.federation.members $name) | fromJson }}
  server {{ $origin.host }} {{ $origin.address }} track {{ $name }}/{{ $name }}
  {{- if $origin.tls }} ssl verify required ca-file ca-certificates.crt sni str({{ $origin.name }}){{ end }}
  {{- end }}

# what the agent knows: its own metrics, not HAProxy's, and who is healthy
backend route:agent
  http-request return status 405 hdr Allow "GET, HEAD" if !METH_GET !METH_HEAD
  http-request return status 413 if { req.body_size gt 0 } or { req.hdr(transfer-encoding) -m found }
  # The last good page outlives the agent. While it answers, the page has another name every 15 s; when it does not, the last
  # name is asked for, and the answer comes from memory.
  timeout server 5s
  # no http-request return: it would win over the cache
  http-error status 503 content-type text/plain string "not known at the moment" hdr Retry-After 30
  option httpchk
  http-check send meth GET uri /healthz
  acl page path /status
  acl json path /status.json
  acl answers nbsrv gt 0
  http-request set-header Host status if page or json
  http-request set-var(txn.page) date,div(15) if page answers
  http-request set-var(txn.json) date,div(15) if json answers
  http-request set-var(txn.page) var(proc.page) if page !answers
  http-request set-var(txn.json) var(proc.json) if json !answers
  http-request set-query v=%[var(txn.page)] if page
  http-request set-query v=%[var(txn.json)] if json
  http-request cache-use status if page or json
  http-response set-var(proc.page) var(txn.page) if { var(txn.page) -m found } { status 200 }
  http-response set-var(proc.json) var(txn.json) if { var(txn.json) -m found } { status 200 }
  # without an end of its own it would not be stored
  http-response set-header Cache-Control "max-age=604800" if { var(txn.page) -m found } or { var(txn.json) -m found }
  http-response cache-store status if { var(txn.page) -m found } or { var(txn.json) -m found }
  http-after-response set-header Cache-Control "public, max-age=30" if { var(txn.page) -m found } or { var(txn.json) -m found }
  server agent 127.0.0.1:8406 check inter 2s fall 2 rise 1

cache status
  # megabytes; seconds: a week without an agent
  total-max-size 4
  max-object-size 1000000
  max-age 604800
{{- end }}

{{/* A backend per member, of the member's name. It says whether the member is up; no request goes through it. */}}
{{- define "mybinder.federationProxy.members" }}
{{- $members := .Values.federationProxy.federation.members }}
{{- range $name := include "mybinder.federationProxy.order" . | fromJsonArray }}
{{- $origin := include "mybinder.federationProxy.origin" (get $members $name) | fromJson }}

backend {{ $name }}
  option httpchk
  http-check send meth GET uri /versions ver HTTP/1.1 hdr Host {{ $origin.host }} hdr Connection close
  http-check expect status 200
  server {{ $name }} {{ $origin.address }} check inter 2s fastinter 1s fall 2 rise 2
  {{- if $origin.tls }} ssl verify required ca-file ca-certificates.crt sni str({{ $origin.name }}) check-sni {{ $origin.name }}{{ end }}
{{- end }}
{{- end }}
