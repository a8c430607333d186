{{- define "higress.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Labels of an object of a component: (dict "root" . "name" NAME "selector" LABELS). The keys are those of Higress's chart. */}}
{{- define "higress.labels" -}}
helm.sh/chart: {{ include "higress.chart" .root }}
{{ .selector }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/name: {{ .name }}
{{- end }}

{{- define "controller.selectorLabels" -}}
app: {{ .Values.controller.labels.app | default .Values.controller.name | quote }}
higress: {{ .Values.controller.labels.higress | default .Values.controller.name | quote }}
{{- end }}

{{- define "controller.labels" -}}
{{ include "higress.labels" (dict "root" . "name" .Values.controller.name "selector" (include "controller.selectorLabels" .)) }}
{{- with omit .Values.controller.labels "app" "higress" }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "gateway.selectorLabels" -}}
app: {{ .Values.gateway.labels.app | default .Values.gateway.name | quote }}
higress: {{ .Values.gateway.labels.higress | default (printf "%s-%s" .Release.Namespace .Values.gateway.name) | quote }}
{{- end }}

{{- define "gateway.labels" -}}
{{ include "higress.labels" (dict "root" . "name" .Values.gateway.name "selector" (include "gateway.selectorLabels" .)) }}
{{- with omit .Values.gateway.labels "app" "higress" }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Name of a component's ServiceAccount: its values. */}}
{{- define "higress.serviceAccountName" -}}
{{- .serviceAccount.name | default (.serviceAccount.create | ternary .name "default") -}}
{{- end }}

{{/* Image of the project's own programs: (dict "root" . "of" VALUES). */}}
{{- define "higress.image" -}}
{{ .of.hub | default .root.Values.global.hub }}/{{ .of.image }}:{{ .of.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "higress.imagePullPolicy" -}}
{{- with .of.imagePullPolicy | default .root.Values.global.imagePullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- end }}

{{/* List of {name}: names of Secrets, as text or objects: (dict "root" . "of" VALUES). */}}
{{- define "higress.imagePullSecrets" -}}
{{- $all := list -}}
{{- range concat .root.Values.global.imagePullSecrets .of.imagePullSecrets -}}
{{- $all = append $all (kindIs "map" . | ternary . (dict "name" .)) -}}
{{- end -}}
{{- toYaml ($all | uniq) -}}
{{- end }}

{{/* Nothing with `global.local`, else the component's own, else the default of all. */}}
{{- define "higress.resources" -}}
{{- if .root.Values.global.local -}}
{}
{{- else -}}
{{- toYaml (.of.resources | default .root.Values.global.defaultResources) -}}
{{- end -}}
{{- end }}

{{/* `debug`, or one of `default:debug,xds:warn`: in the words of the project's own log. */}}
{{- define "higress.logLevel" -}}
{{- $level := .Values.global.logging.level | default "info" -}}
{{- if contains ":" $level -}}
{{- $level = regexFind "(^|,)(default|all):[a-z]+" $level | splitList ":" | last | default "info" -}}
{{- end -}}
{{- get (dict "none" "silent" "off" "silent" "warning" "warn" "fatal" "error") $level | default $level -}}
{{- end }}

{{- define "higress.env" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{- define "higress.xdsHost" -}}
{{ .Values.controller.name }}.{{ .Release.Namespace }}.svc.{{ .Values.global.proxy.clusterDomain }}
{{- end }}

{{/* Laid over by the user's: (dict "over" VALUES). */}}
{{- define "higress.containerSecurity" -}}
{{- $hardened := dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")) -}}
{{- include "higress.overlay" (dict "onto" $hardened "over" .over) -}}
{{- toYaml $hardened -}}
{{- end }}

{{/* (dict "user" UID "over" VALUES) */}}
{{- define "higress.podSecurity" -}}
{{- $hardened := dict "runAsNonRoot" true "runAsUser" .user "runAsGroup" .user "fsGroup" .user "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- include "higress.overlay" (dict "onto" $hardened "over" .over) -}}
{{- toYaml $hardened -}}
{{- end }}

{{- define "higress.scheduling" -}}
{{- with .root.Values.global.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .of.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The volume of Wasm files, without its name; empty = none. */}}
{{- define "higress.pluginsVolume" -}}
{{- if .Values.pluginServer.pluginsVolume -}}
{{- toYaml .Values.pluginServer.pluginsVolume -}}
{{- else if .Values.global.volumeWasmPlugins -}}
hostPath: { path: /opt/plugins }
{{- else -}}
{}
{{- end -}}
{{- end }}

{{- define "higress.pluginUrlPattern" -}}
{{- $plugins := .Values.pluginServer -}}
{{- $port := eq (int $plugins.service.port) 80 | ternary "" (printf ":%d" (int $plugins.service.port)) -}}
{{- $pattern := (index .Values "higress-console").pluginServer.urlPattern -}}
{{- $pattern | replace "http://higress-plugin-server.higress-system.svc/" (printf "http://%s.%s.svc%s/" $plugins.name .Release.Namespace $port) -}}
{{- end }}

{{- define "higress.downwardEnv" -}}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- name: POD_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
{{- end }}
