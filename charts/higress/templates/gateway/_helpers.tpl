{{/* "true" when the gateway takes its ports from the node. */}}
{{- define "gateway.hostPorts" -}}
{{- $gateway := .Values.gateway -}}
{{- $chosen := has $gateway.service.type (list "ClusterIP" "NodePort") -}}
{{- if kindIs "bool" $gateway.hostPorts -}}
{{- $gateway.hostPorts | ternary "true" "" -}}
{{- else if and .Values.global.local (not $chosen) (not $gateway.hostNetwork) -}}
true
{{- end -}}
{{- end }}

{{/* "true" when Envoy must be root to listen: a low port, and no sysctl that opens it to others. */}}
{{- define "gateway.root" -}}
{{- $gateway := .Values.gateway -}}
{{- $low := or (lt (int $gateway.httpPort) 1024) (lt (int $gateway.httpsPort) 1024) -}}
{{- $open := $gateway.hostNetwork | ternary false true -}}
{{- if kindIs "bool" $gateway.unprivilegedPortSupported -}}
{{- $open = and $gateway.unprivilegedPortSupported (not $gateway.hostNetwork) -}}
{{- end -}}
{{- if and $low (not $open) -}}true{{- end -}}
{{- end }}

{{- define "gateway.podSecurity" -}}
{{- $gateway := .Values.gateway -}}
{{- $context := dict "seccompProfile" (dict "type" "RuntimeDefault") "fsGroup" 1337 -}}
{{- if include "gateway.root" . -}}
{{- $_ := merge $context (dict "runAsUser" 0 "runAsGroup" 1337) -}}
{{- else -}}
{{- $_ := merge $context (dict "runAsNonRoot" true "runAsUser" 1337 "runAsGroup" 1337) -}}
{{- if not $gateway.hostNetwork -}}
{{- $_ := set $context "sysctls" (list (dict "name" "net.ipv4.ip_unprivileged_port_start" "value" "0")) -}}
{{- end -}}
{{- if and (kindIs "bool" $gateway.unprivilegedPortSupported) (not $gateway.unprivilegedPortSupported) -}}
{{- $_ := unset $context "sysctls" -}}
{{- end -}}
{{- end -}}
{{- include "higress.overlay" (dict "onto" $context "over" $gateway.securityContext) -}}
{{- toYaml $context -}}
{{- end }}

{{- define "gateway.containerSecurity" -}}
{{- $over := deepCopy .Values.gateway.containerSecurityContext -}}
{{- if include "gateway.root" . -}}
{{- $over = merge $over (dict "capabilities" (dict "drop" (list "ALL") "add" (list "NET_BIND_SERVICE"))) -}}
{{- end -}}
{{- include "higress.containerSecurity" (dict "over" $over) -}}
{{- end }}

{{- define "gateway.distroless" -}}
{{- if contains "distroless" (printf "%s:%s" .Values.gateway.image .Values.gateway.tag) -}}true{{- end -}}
{{- end }}

{{/* "true" when Envoy loads the native module, which fits the Envoys of one minor release. */}}
{{- define "gateway.nativeModule" -}}
{{- $wanted := .Values.gateway.nativeModule.enabled -}}
{{- if kindIs "bool" $wanted | ternary $wanted (regexMatch "(^|[^0-9.])1\\.40([.-]|$)" (toString .Values.gateway.tag)) -}}true{{- end -}}
{{- end }}

{{/* By this the controller knows the gateways that have the module of its own version. */}}
{{- define "gateway.nativeModuleName" -}}
{{ .Values.controller.tag | default .Chart.AppVersion }}
{{- end }}

{{/* The pod, the same for Deployment and DaemonSet. */}}
{{- define "gateway.podTemplate" -}}
{{- $gateway := .Values.gateway -}}
{{- $plugins := .Values.pluginServer -}}
{{- $pluginsVolume := include "higress.pluginsVolume" . | fromYaml -}}
{{- $hostPorts := include "gateway.hostPorts" . -}}
{{- $native := include "gateway.nativeModule" . -}}
{{- if eq $plugins.mode "sidecar" -}}
{{- range $name, $port := dict "gateway.httpPort" $gateway.httpPort "gateway.httpsPort" $gateway.httpsPort -}}
{{- if has (int $port) (list (int $plugins.ports.files) (int $plugins.ports.http)) -}}
{{- fail (printf "%s is %d, which the plugin server in the same pod has: choose another pluginServer.ports.files or pluginServer.ports.http" $name (int $port)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
metadata:
  labels:
    {{- with $gateway.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- include "gateway.selectorLabels" . | nindent 4 }}
  annotations:
    checksum/bootstrap: {{ (include (print $.Template.BasePath "/gateway/bootstrap.yaml") . | fromYaml).data | toJson | sha256sum }}
    {{- with $gateway.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "higress.serviceAccountName" $gateway }}
  automountServiceAccountToken: false
  {{- $secrets := concat $gateway.imagePullSecrets (eq $native "true" | ternary .Values.controller.imagePullSecrets list) }}
  {{- with include "higress.imagePullSecrets" (dict "root" . "of" (dict "imagePullSecrets" $secrets)) | fromYamlArray }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $gateway.hostNetwork }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  securityContext:
    {{- include "gateway.podSecurity" . | nindent 4 }}
  {{- with include "higress.scheduling" (dict "root" . "of" $gateway) | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  terminationGracePeriodSeconds: {{ add (int $gateway.drain.maxSeconds) 15 }}
  {{- if or $native (eq $plugins.mode "sidecar") }}
  initContainers:
  {{- end }}
  {{- if $native }}
    - name: native-module
      image: {{ include "higress.image" (dict "root" . "of" .Values.controller) }}
      {{- with include "higress.imagePullPolicy" (dict "root" . "of" .Values.controller) | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      command: [cp, /app/native/libhigress.so, /native/]
      # Envoy's own: it runs before Envoy does, so they cost nothing, and the pod keeps its class.
      resources:
        {{- include "higress.resources" (dict "root" . "of" $gateway) | nindent 8 }}
      securityContext:
        {{- include "higress.containerSecurity" (dict "over" $gateway.containerSecurityContext) | nindent 8 }}
      volumeMounts:
        - { name: native, mountPath: /native }
  {{- end }}
  {{- if eq $plugins.mode "sidecar" }}
    # A sidecar of Kubernetes 1.29 or later: it starts before Envoy and ends after it.
    - name: plugin-server
      restartPolicy: Always
      image: {{ include "higress.image" (dict "root" . "of" $plugins) }}
      {{- with include "higress.imagePullPolicy" (dict "root" . "of" $plugins) | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      args:
        - plugin-server
        - --xdsAddress={{ include "higress.xdsHost" . }}:15012
        - --xdsCertDir=/etc/higress/xds
        - --extProc=unix:/var/run/higress/ext-proc.sock
        - --http=unix:/var/run/higress/plugin-http.sock
        - --control=:{{ $plugins.ports.http }}
        - --files=:{{ $plugins.ports.files }}
        {{- if $pluginsVolume }}
        - --pluginsDir=/opt/plugins
        {{- end }}
        - --egress=unix:/var/run/higress/egress.sock
        - --dataDir=/var/lib/higress
        - --logLevel={{ include "higress.logLevel" . }}
      env:
        {{- include "higress.downwardEnv" . | nindent 8 }}
        - name: XDG_CACHE_HOME
          value: /var/lib/higress/cache
        {{- with include "higress.env" $plugins.env | trim }}
        {{- . | nindent 8 }}
        {{- end }}
      ports:
        - { name: http-plugins, containerPort: {{ $plugins.ports.http }}, protocol: TCP }
        - { name: files, containerPort: {{ $plugins.ports.files }}, protocol: TCP }
      # Envoy starts when the sockets and the plugins are there.
      startupProbe:
        httpGet: { path: /ready, port: http-plugins }
        periodSeconds: 1
        timeoutSeconds: 3
        failureThreshold: 120
      livenessProbe:
        httpGet: { path: /healthz, port: http-plugins }
        periodSeconds: 10
        timeoutSeconds: 3
        failureThreshold: 6
      resources:
        {{- include "higress.resources" (dict "root" . "of" $plugins) | nindent 8 }}
      securityContext:
        {{- include "higress.containerSecurity" (dict "over" $plugins.securityContext) | nindent 8 }}
      volumeMounts:
        - { name: plugin-xds, mountPath: /etc/higress/xds, readOnly: true }
        - { name: sockets, mountPath: /var/run/higress }
        - { name: plugin-data, mountPath: /var/lib/higress }
        - { name: plugin-tmp, mountPath: /tmp }
        {{- if $pluginsVolume }}
        - { name: plugins, mountPath: /opt/plugins, readOnly: true }
        {{- end }}
  {{- end }}
  containers:
    - name: higress-gateway
      image: {{ $gateway.hub }}/{{ $gateway.image }}:{{ $gateway.tag }}
      {{- with include "higress.imagePullPolicy" (dict "root" . "of" $gateway) | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      command: [/usr/local/bin/envoy]
      args:
        - -c
        - /etc/envoy/bootstrap.yaml
        # By this the controller knows what it is, so it is not the name of the values.
        - --service-cluster
        - higress-gateway
        - --service-node
        - $(POD_NAME).$(POD_NAMESPACE)
        - --concurrency
        - $(CONCURRENCY)
        - --log-level
        - {{ $.Values.global.proxy.logLevel }}
        {{- with $.Values.global.proxy.componentLogLevel }}
        - --component-log-level
        - {{ . | quote }}
        {{- end }}
        - --drain-strategy
        - immediate
        - --drain-time-s
        - {{ $gateway.drain.maxSeconds | toString | quote }}
        # No second Envoy takes over in a pod, and on a node's network two gateways must not share memory.
        - --disable-hot-restart
      env:
        {{- include "higress.downwardEnv" . | nindent 8 }}
        - name: CONCURRENCY
          {{- if $gateway.concurrency }}
          value: {{ $gateway.concurrency | toString | quote }}
          {{- else }}
          valueFrom: { resourceFieldRef: { resource: limits.cpu } }
          {{- end }}
        {{- if $native }}
        - name: ENVOY_DYNAMIC_MODULES_SEARCH_PATH
          value: /opt/higress/native
        {{- end }}
        {{- with include "higress.env" $gateway.env | trim }}
        {{- . | nindent 8 }}
        {{- end }}
      ports:
        - { name: http, containerPort: {{ $gateway.httpPort }}, protocol: TCP{{ if $hostPorts }}, hostPort: {{ $gateway.httpPort }}{{ end }} }
        - { name: https, containerPort: {{ $gateway.httpsPort }}, protocol: TCP{{ if $hostPorts }}, hostPort: {{ $gateway.httpsPort }}{{ end }} }
        {{- if $.Values.global.enableH3 }}
        - { name: https-h3, containerPort: {{ $gateway.httpsPort }}, protocol: UDP{{ if $hostPorts }}, hostPort: {{ $gateway.httpsPort }}{{ end }} }
        {{- end }}
        - { name: istio-prom, containerPort: 15020, protocol: TCP }
        - { name: status, containerPort: 15021, protocol: TCP }
        - { name: http-envoy-prom, containerPort: 15090, protocol: TCP }
        {{- if eq $plugins.mode "deployment" }}
        - { name: egress, containerPort: 15080, protocol: TCP }
        {{- end }}
      {{- if not (or (include "gateway.distroless" .) (and (eq $plugins.mode "deployment") (eq (int $plugins.replicas) 0))) }}
      startupProbe:
        exec: { command: [bash, /etc/envoy/started.sh] }
        periodSeconds: 1
        timeoutSeconds: 3
        failureThreshold: 120
      {{- end }}
      readinessProbe:
        httpGet: { path: /healthz/ready, port: 15021 }
        failureThreshold: {{ $gateway.readinessFailureThreshold }}
        successThreshold: {{ $gateway.readinessSuccessThreshold }}
        initialDelaySeconds: {{ $gateway.readinessInitialDelaySeconds }}
        periodSeconds: {{ $gateway.readinessPeriodSeconds }}
        timeoutSeconds: {{ $gateway.readinessTimeoutSeconds }}
      lifecycle:
        preStop:
          {{- if include "gateway.distroless" . }}
          sleep: { seconds: {{ $gateway.drain.minSeconds }} }
          {{- else }}
          exec: { command: [bash, /etc/envoy/drain.sh] }
          {{- end }}
      resources:
        {{- include "higress.resources" (dict "root" . "of" $gateway) | nindent 8 }}
      securityContext:
        {{- include "gateway.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - { name: bootstrap, mountPath: /etc/envoy, readOnly: true }
        - { name: xds, mountPath: /etc/higress/xds, readOnly: true }
        - { name: tmp, mountPath: /tmp }
        {{- if $native }}
        - { name: native, mountPath: /opt/higress/native, readOnly: true }
        {{- end }}
        {{- if eq $plugins.mode "sidecar" }}
        - { name: sockets, mountPath: /var/run/higress }
        {{- end }}
        {{- if $.Values.global.volumeWasmPlugins }}
        - { name: wasm-plugins, mountPath: /opt/plugins, readOnly: true }
        {{- end }}
  volumes:
    - { name: bootstrap, configMap: { name: {{ $gateway.name }}-bootstrap } }
    # The controller makes it; until then the kubelet waits.
    - { name: xds, secret: { secretName: higress-xds-gateway } }
    - { name: tmp, emptyDir: {} }
    {{- if $native }}
    - { name: native, emptyDir: {} }
    {{- end }}
    {{- if eq $plugins.mode "sidecar" }}
    - { name: plugin-xds, secret: { secretName: higress-xds-plugin-server } }
    - { name: sockets, emptyDir: { medium: Memory } }
    - { name: plugin-data, emptyDir: {} }
    - { name: plugin-tmp, emptyDir: {} }
    {{- with $pluginsVolume }}
    - {{ toJson (merge (dict "name" "plugins") .) }}
    {{- end }}
    {{- end }}
    {{- if $.Values.global.volumeWasmPlugins }}
    - { name: wasm-plugins, hostPath: { path: /opt/plugins } }
    {{- end }}
{{- end }}
