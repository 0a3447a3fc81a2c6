{{/* The Pod of a gateway. Takes the root; the volume "data" is added by the workload. */}}
{{- define "fairlead.podTemplate" -}}
metadata:
  labels:
    # Without the chart's version: another chart that changes nothing restarts nothing.
    {{- include "fairlead.selectorLabels" . | nindent 4 }}
    {{- with .Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    # istiods wait for the gateways, so these must not wait for an istiod.
    sidecar.istio.io/inject: "false"
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: fairlead
    {{- if .Values.restartOnConfigChange }}
    checksum/config: {{ print (include "fairlead.config" .) (toYaml .Values.services) (empty .Values.documents | ternary "" (toYaml .Values.documents)) | sha256sum }}
    {{- end }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "fairlead.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  # serve ends within 28 seconds of the signal, whatever happens.
  terminationGracePeriodSeconds: {{ add 30 (int .Values.preStopSeconds) }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- $selector := dict "matchLabels" (include "fairlead.selectorLabels" . | fromYaml) }}
    {{- range .Values.topologySpreadConstraints }}
    - {{- toYaml (merge (deepCopy .) (dict "labelSelector" $selector)) | nindent 6 }}
    {{- end }}
  {{- end }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: fairlead
      image: {{ include "fairlead.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - serve
        - --config
        - /etc/fairlead/config/fairlead.yaml
        {{- with .Values.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      env:
        - {name: FAIRLEAD_LOG_LEVEL, value: {{ .Values.log.level }}}
        - {name: FAIRLEAD_LOG_FORMAT, value: {{ .Values.log.format }}}
        {{- with .Values.javaOpts }}
        - {name: JAVA_OPTS, value: {{ . | quote }}}
        {{- end }}
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .Values.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- range include "fairlead.adminPorts" . | fromYamlArray }}
        - {name: {{ .name }}, containerPort: {{ .port }}}
        {{- end }}
        {{- range include "fairlead.xdsPorts" . | fromYamlArray }}
        - {name: {{ .name }}, containerPort: {{ .port }}}
        {{- end }}
      startupProbe:
        httpGet: {path: /livez, port: admin, scheme: {{ include "fairlead.adminScheme" . }}}
        {{- toYaml .Values.probes.startup | nindent 8 }}
      livenessProbe:
        httpGet: {path: /livez, port: admin, scheme: {{ include "fairlead.adminScheme" . }}}
        {{- toYaml .Values.probes.liveness | nindent 8 }}
      readinessProbe:
        httpGet: {path: /readyz, port: admin, scheme: {{ include "fairlead.adminScheme" . }}}
        {{- toYaml .Values.probes.readiness | nindent 8 }}
      {{- if .Values.preStopSeconds }}
      lifecycle:
        preStop:
          exec: {command: [sleep, "{{ .Values.preStopSeconds }}"]}
      {{- end }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        {{- toYaml .Values.securityContext | nindent 8 }}
      volumeMounts:
        - {name: config, mountPath: /etc/fairlead/config, readOnly: true}
        - {name: data, mountPath: /var/lib/fairlead}
        {{- if include "fairlead.servicesConfigMap" . }}
        - {name: services, mountPath: /etc/fairlead/services, readOnly: true}
        {{- end }}
        {{- range $name, $documents := .Values.documents }}
        - {name: documents-{{ $name }}, mountPath: {{ include "fairlead.documentsFolder" $name }}, readOnly: true}
        {{- end }}
        {{- if .Values.admin.token.existingSecret }}
        - {name: admin-token, mountPath: /etc/fairlead/secrets/admin, readOnly: true}
        {{- end }}
        {{- range $name, $secret := .Values.secrets }}
        - {name: secret-{{ $name }}, mountPath: /etc/fairlead/secrets/{{ $name }}, readOnly: true}
        {{- end }}
        {{- if include "fairlead.tlsSecret" . }}
        - {name: tls, mountPath: /etc/fairlead/tls, readOnly: true}
        {{- end }}
        {{- if .Values.adapters }}
        - {name: adapters, mountPath: /opt/fairlead/adapters, readOnly: true}
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      configMap: {name: {{ include "fairlead.fullname" . }}}
    {{- with include "fairlead.servicesConfigMap" . }}
    - name: services
      configMap: {name: {{ . }}}
    {{- end }}
    {{- range $name, $documents := .Values.documents }}
    - name: documents-{{ $name }}
      {{- if $documents.volume }}
      {{- toYaml $documents.volume | nindent 6 }}
      {{- else }}
      configMap: {name: {{ default (include "fairlead.documentsConfigMap" (list $ $name)) $documents.configMap }}}
      {{- end }}
    {{- end }}
    {{- with .Values.admin.token }}
    {{- if .existingSecret }}
    - name: admin-token
      secret:
        secretName: {{ .existingSecret }}
        defaultMode: 0440
        items: [{key: {{ .key }}, path: token}]
    {{- end }}
    {{- end }}
    {{- range $name, $secret := .Values.secrets }}
    - name: secret-{{ $name }}
      secret: {secretName: {{ $secret.existingSecret }}, defaultMode: 0440}
    {{- end }}
    {{- with include "fairlead.tlsSecret" . }}
    - name: tls
      secret: {secretName: {{ . }}, defaultMode: 0440}
    {{- end }}
    {{- with .Values.adapters }}
    - name: adapters
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- if eq .Values.kind "Deployment" }}
    - name: data
      emptyDir: {sizeLimit: {{ .Values.persistence.size }}}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
