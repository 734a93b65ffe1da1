{{/* What every pod of both charts, and every user pod, pulls its images with. */}}
{{- define "pullSecrets" -}}
{{- if .Values.jupyterhub.imagePullSecret.create }}
imagePullSecrets: [{ name: image-pull-secret }]
{{- end }}
{{- end }}
