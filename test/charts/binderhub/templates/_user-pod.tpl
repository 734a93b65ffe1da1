{{/* What places a user pod, as KubeSpawner and the placeholders have it. */}}
{{- define "userPod" -}}
{{- with .Values.jupyterhub }}
{{- if .scheduling.userScheduler.enabled }}
schedulerName: {{ $.Release.Name }}-user-scheduler
{{- end }}
nodeSelector: {{ toJson .singleuser.nodeSelector }}
tolerations:
  - { key: hub.jupyter.org/dedicated, operator: Equal, value: user, effect: NoSchedule }
  - { key: hub.jupyter.org_dedicated, operator: Equal, value: user, effect: NoSchedule }
{{- include "pullSecrets" $ }}
terminationGracePeriodSeconds: 0
automountServiceAccountToken: false
containers:
  - name: notebook
    image: registry.k8s.io/pause:3.10
    resources:
      requests: { cpu: {{ .singleuser.cpu.guarantee | default 0 | quote }}, memory: {{ .singleuser.memory.guarantee | quote }} }
      limits: { cpu: {{ .singleuser.cpu.limit | default 1 | quote }}, memory: {{ .singleuser.memory.limit | default .singleuser.memory.guarantee | quote }} }
{{- end }}
{{- end }}
