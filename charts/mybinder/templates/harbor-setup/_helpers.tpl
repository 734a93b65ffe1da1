{{- define "mybinder.harborSetup.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "harbor-setup" "component" "registry") }}
{{- end }}

{{/* What Harbor has to be like, as JSON. */}}
{{- define "mybinder.harborSetup.config" -}}
{{- with .Values.harborSetup -}}
{{- $url := printf "http://%s-harbor-core" $.Release.Name -}}
{{- dict "url" $url "waitSeconds" .waitSeconds "retentionSchedule" .retentionSchedule "garbageCollectionSchedule" .garbageCollectionSchedule "projects" .projects "mirrors" .mirrors | toPrettyJson -}}
{{- end -}}
{{- end }}

{{/* Passwords, by file name. A name without one is a mistake that has to show here, not in the cluster. */}}
{{- define "mybinder.harborSetup.secrets" -}}
{{- $secrets := .Values.harborSetup.secrets -}}
{{- $used := list -}}
{{- range .Values.harborSetup.projects }}{{ range .robots }}{{ $used = append $used .secret }}{{ end }}{{ end -}}
{{- range .Values.harborSetup.mirrors }}{{ $used = append $used .secret }}{{ end -}}
admin: {{ required "harbor.harborAdminPassword: not set; it comes with the secrets" .Values.harbor.harborAdminPassword | b64enc }}
{{- range $used | uniq }}
{{ . }}: {{ required (printf "harborSetup.secrets.%s: not set, but a robot account or a mirror names it" .) (get $secrets .) | b64enc }}
{{- end }}
{{- end }}

{{/* The pod: (dict "root" $ "command" "apply"). */}}
{{- define "mybinder.harborSetup.pod" -}}
{{- with .root.Values.harborSetup -}}
metadata:
  labels: {{- include "mybinder.harborSetup.labels" $.root | nindent 4 }}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  priorityClassName: binderhub-core
  restartPolicy: Never
  {{- with .nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: harbor-setup
      image: {{ printf "%s:%s" .image.repository .image.tag }}
      command: [node, /srv/harbor-setup.js, {{ $.command }}, /srv/config.json, /etc/harbor-setup]
      resources: {{- toYaml .resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      volumeMounts:
        - name: program
          mountPath: /srv
          readOnly: true
        - name: secrets
          mountPath: /etc/harbor-setup
          readOnly: true
  volumes:
    - name: program
      configMap:
        name: harbor-setup
    - name: secrets
      secret:
        secretName: harbor-setup
        defaultMode: 0440
{{- end }}
{{- end }}
