{{- define "mybinder.backup.labels" -}}
{{ include "mybinder.labels" (dict "root" . "name" "backup" "component" "backup") }}
{{- end }}

{{/*
The volumes that cannot be made again, as YAML: the user whose files they are, and the pod beside which a volume can be read, since
only pods of one node can have it at once.
*/}}
{{- define "mybinder.backup.volumes" -}}
{{- if .Values.binderhubEnabled }}
hub:
  claim: hub-db-dir
  file: jupyterhub.sqlite
  user: 1000
  beside: { app: jupyterhub, component: hub, release: {{ .Release.Name }} }
{{- end }}
{{- if and .Values.grafana.enabled .Values.grafana.persistence.enabled }}
grafana:
  claim: {{ .Release.Name }}-grafana
  file: grafana.db
  user: 472
  beside: { app.kubernetes.io/name: grafana, app.kubernetes.io/instance: {{ .Release.Name }} }
{{- end }}
{{- if .Values.harbor.enabled }}
harbor:
  database: registry
  user: 999
{{- end }}
{{- end }}

{{/* A container with restic: (dict "root" $ "command" (list …)). */}}
{{- define "mybinder.backup.restic" -}}
{{- with .root.Values.backup -}}
name: {{ $.name }}
image: {{ printf "%s:%s" .image.repository .image.tag }}
command: {{ concat (list "sh" "/srv/backup.sh") $.command | toJson }}
env:
  - { name: STACK, value: {{ $.root.Release.Name | quote }} }
  - { name: KEEP, value: {{ printf "--keep-daily %d --keep-weekly %d --keep-monthly %d" (int .keep.daily) (int .keep.weekly) (int .keep.monthly) | quote }} }
  - { name: RESTIC_REPOSITORY, value: {{ printf "s3:%s/%s/%s" (trimSuffix "/" .s3.endpoint) .s3.bucket (default $.root.Release.Name .s3.folder) | quote }} }
  - { name: RESTIC_PASSWORD_FILE, value: /etc/backup/password }
  - { name: AWS_DEFAULT_REGION, value: {{ .s3.region | quote }} }
  - { name: AWS_ACCESS_KEY_ID, valueFrom: { secretKeyRef: { name: backup, key: accessKey } } }
  - { name: AWS_SECRET_ACCESS_KEY, valueFrom: { secretKeyRef: { name: backup, key: secretKey } } }
  {{- with $.volumes }}
  - { name: VOLUMES, value: {{ . | quote }} }
  {{- end }}
  {{- if $.snapshot }}
  # another than the newest: the id that the list shows
  - { name: SNAPSHOT, value: "" }
  {{- end }}
{{ include "mybinder.backup.confined" . }}
volumeMounts:
  {{- include "mybinder.backup.mounts" . | nindent 2 }}
  - { name: password, mountPath: /etc/backup, readOnly: true }
{{- end }}
{{- end }}

{{/* A container with the program that reads and writes a volume: (dict "root" $ "volume" … "to" "copy" or "put"). */}}
{{- define "mybinder.backup.program" -}}
{{- $root := .root }}
{{- $copy := printf "/work/%s" .volume.name }}
{{- with $root.Values.backup -}}
name: {{ $.to }}
{{- if $.volume.claim }}
{{- $live := printf "/volume/%s" $.volume.file }}
image: {{ printf "%s:%s" .sqliteImage.repository .sqliteImage.tag }}
command: {{ list "python3" "/srv/sqlite.py" $.to (eq $.to "copy" | ternary $live $copy) (eq $.to "copy" | ternary $copy $live) | toJson }}
{{- else }}
image: {{ printf "%s:%s" .postgresImage.repository .postgresImage.tag }}
command: {{ list "sh" "/srv/postgres.sh" (eq $.to "copy" | ternary "dump" "put") $copy | toJson }}
env:
  - { name: PGHOST, value: {{ $root.Release.Name }}-harbor-database }
  - { name: PGUSER, value: postgres }
  - { name: PGDATABASE, value: {{ $.volume.database }} }
  - { name: PGPASSWORD, valueFrom: { secretKeyRef: { name: {{ $root.Release.Name }}-harbor-database, key: POSTGRES_PASSWORD } } }
{{- end }}
{{ include "mybinder.backup.confined" . }}
volumeMounts:
  {{- include "mybinder.backup.mounts" . | nindent 2 }}
  {{- if $.volume.claim }}
  - { name: volume, mountPath: /volume{{ if eq $.to "copy" }}, readOnly: true{{ end }} }
  {{- end }}
{{- end }}
{{- end }}

{{- define "mybinder.backup.confined" -}}
resources: {{- toYaml .resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "mybinder.backup.mounts" -}}
- { name: programs, mountPath: /srv, readOnly: true }
- { name: work, mountPath: /work }
- { name: temporary, mountPath: /tmp }
{{- end }}

{{/* What every pod has: (dict "root" $ "volume" …); `claim`: the volume as well, `priority`: another class. */}}
{{- define "mybinder.backup.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
priorityClassName: {{ .priority | default "binderhub-core" }}
restartPolicy: Never
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ .user }}
  fsGroup: {{ .user }}
  seccompProfile:
    type: RuntimeDefault
volumes:
  - name: programs
    configMap: { name: backup }
  - name: password
    secret: { secretName: backup, defaultMode: 0440, items: [{ key: password, path: password }] }
  - name: work
    emptyDir: { sizeLimit: {{ .root.Values.backup.workSpace }} }
  - name: temporary
    emptyDir: { sizeLimit: 1Gi }
  {{- with .claim }}
  - name: volume
    persistentVolumeClaim: { claimName: {{ . }} }
  {{- end }}
{{- end }}

{{/* Of every CronJob: (dict "root" $ "schedule" …); one that is only started by hand has none. */}}
{{- define "mybinder.backup.cronjob" -}}
schedule: {{ .schedule | default "0 0 1 1 *" | quote }}
timeZone: Etc/UTC
suspend: {{ empty .schedule }}
concurrencyPolicy: Forbid
startingDeadlineSeconds: 3600
successfulJobsHistoryLimit: 1
failedJobsHistoryLimit: 2
{{- end }}
