{{- define "mybinder.federationProxy.redirects" }}
backend route:redirects
{{- range .Values.federationProxy.redirects }}
{{- $host := printf "{ var(txn.host) -m str %s }" .from }}
{{- if eq .type "host" }}
  http-request redirect code 302 location https://{{ .to }}%[pathq] if {{ $host }}
{{- else }}
  http-request redirect code 302 location https://{{ .to }}?%[query] if {{ $host }} { query -m len gt 0 }
  http-request redirect code 302 location https://{{ .to }} if {{ $host }}
{{- end }}
{{- end }}
{{- end }}

{{- define "mybinder.federationProxy.badges" }}
backend route:badges
  http-request deny deny_status 405 if !METH_GET !METH_HEAD
  http-request deny deny_status 413 if { req.body_size gt 0 }
  http-request return status 200 content-type image/svg+xml file badge.svg hdr Cache-Control "public, max-age=86400" if { path /badge.svg }
  http-request return status 200 content-type image/svg+xml file badge_logo.svg hdr Cache-Control "public, max-age=86400" if { path /badge_logo.svg }
  http-request deny deny_status 404
{{- end }}

{{- define "mybinder.federationProxy.archive" }}
backend route:archive
  http-request deny deny_status 405 if !METH_GET !METH_HEAD
  http-request deny deny_status 413 if { req.body_size gt 0 } or { req.hdr(transfer-encoding) -m found }
  # another bucket
  http-request deny deny_status 400 if { path -m sub .. }
  http-request set-path /index.html if { path_end / }
  http-request set-pathq /%[var(txn.host),map(buckets.map)]%[path]
  http-request del-header Cookie
  http-request del-header Authorization
  http-request set-header Host storage.googleapis.com
  {{- range list "Alt-Svc" "Alternate-Protocol" "X-GUploader-UploadID" "X-Goog-Hash" "X-Goog-Generation" "X-Goog-Metageneration" "X-Goog-Stored-Content-Encoding" "X-Goog-Stored-Content-Length" "X-Goog-Storage-Class" "X-XSS-Protection" "Accept-Ranges" "Set-Cookie" }}
  http-response del-header {{ . }}
  {{- end }}
  compression algo gzip
  compression type text/html text/plain text/css application/json application/javascript
  server storage storage.googleapis.com:443 ssl verify required ca-file ca-certificates.crt sni str(storage.googleapis.com)
{{- end }}
