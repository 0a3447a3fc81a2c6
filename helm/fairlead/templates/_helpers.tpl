{{/* The chart's name, without what its values may replace. */}}
{{- define "fairlead.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of the objects; a release called as the chart is not named twice. */}}
{{- define "fairlead.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "fairlead.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "fairlead.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "fairlead.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{/* The name under which istiods reach the gateways. */}}
{{- define "fairlead.host" -}}
{{- printf "%s.%s.svc" (include "fairlead.fullname" .) (include "fairlead.namespace" .) -}}
{{- end -}}

{{/* What never changes of a release: selectors and volume claims. */}}
{{- define "fairlead.selectorLabels" -}}
app.kubernetes.io/name: {{ include "fairlead.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end -}}

{{/* Labels of everything but selectors; the component is added where there is one. */}}
{{- define "fairlead.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: {{ include "fairlead.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: fairlead
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The start of each object's metadata. Takes [root, name]. */}}
{{- define "fairlead.metadata" -}}
{{- $root := index . 0 -}}
name: {{ index . 1 }}
{{- with $root.Values.namespaceOverride }}
namespace: {{ . }}
{{- end }}
{{- end -}}

{{- define "fairlead.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "fairlead.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "fairlead.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* The port of HOST:PORT. */}}
{{- define "fairlead.port" -}}
{{- regexFind "[0-9]+$" . -}}
{{- end -}}

{{- define "fairlead.adminPort" -}}
{{- include "fairlead.port" .Values.config.admin.address -}}
{{- end -}}

{{/* How probes and Prometheus speak to the admin port. */}}
{{- define "fairlead.adminScheme" -}}
{{- $tls := .Values.config.admin.tls -}}
{{- if and $tls (not $tls.address) -}}
{{- if and $tls.clientCa (not (has $tls.clientAuth (list "none" "optional"))) -}}
{{- fail "config.admin.tls.clientCa: probes show no certificate (expected: clientAuth: optional, or an address of its own in config.admin.tls)" -}}
{{- end -}}
HTTPS
{{- else -}}
HTTP
{{- end -}}
{{- end -}}

{{/* The admin port, and that for TLS beside it: a YAML list of name and port. */}}
{{- define "fairlead.adminPorts" -}}
- {name: admin, port: {{ include "fairlead.adminPort" . }}, protocol: {{ include "fairlead.adminScheme" . | lower }}}
{{- with (.Values.config.admin.tls).address }}
- {name: admin-tls, port: {{ include "fairlead.port" . }}, protocol: https}
{{- end }}
{{- end -}}

{{/* The ports of xDS, as the configuration has them: a YAML list of name and port. */}}
{{- define "fairlead.xdsPorts" -}}
{{- $xds := .Values.config.xds -}}
{{- with ($xds.tls).address }}
- {name: xds-tls, port: {{ include "fairlead.port" . }}}
{{- end }}
{{- with $xds.address }}
- {name: xds, port: {{ include "fairlead.port" . }}}
{{- end }}
{{- with $xds.incremental }}
- {name: incremental, port: {{ include "fairlead.port" . }}}
{{- end }}
{{- with $xds.shards }}
{{- $first := int .firstPort }}
{{- range $i := until (int .count) }}
- {name: xds-{{ $i }}, port: {{ add $first $i }}}
{{- end }}
{{- end }}
{{- end -}}

{{/* The gateway's configuration: the values, and what follows from other values. */}}
{{- define "fairlead.config" -}}
{{- include "fairlead.checkDocuments" . -}}
{{- $config := deepCopy .Values.config -}}
{{- if .Values.admin.token.existingSecret -}}
{{- $_ := set $config.admin "token" (dict "file" "/etc/fairlead/secrets/admin/token") -}}
{{- if and (gt (int .Values.replicas) 1) (not $config.replicas) -}}
{{- $headless := printf "%s-headless.%s.svc" (include "fairlead.fullname" .) (include "fairlead.namespace" .) -}}
{{- $replicas := dict "dns" $headless "port" (int (include "fairlead.adminPort" .)) -}}
{{- if eq (include "fairlead.adminScheme" .) "HTTPS" -}}
{{- $_ := set $replicas "tls" (dict "ca" "/etc/fairlead/tls/ca.crt") -}}
{{- end -}}
{{- $_ := set $config "replicas" $replicas -}}
{{- end -}}
{{- end -}}
{{- if include "fairlead.tlsSecret" . -}}
{{- $files := dict "certificate" "/etc/fairlead/tls/tls.crt" "key" "/etc/fairlead/tls/tls.key" -}}
{{- $_ := set $config.xds "tls" (merge (default dict $config.xds.tls) $files) -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* The ConfigMap with services files, if there is one. */}}
{{- define "fairlead.servicesConfigMap" -}}
{{- if .Values.servicesConfigMap -}}
{{- .Values.servicesConfigMap -}}
{{- else if .Values.services -}}
{{- include "fairlead.fullname" . }}-services
{{- end -}}
{{- end -}}

{{/* Where the documents of a name are mounted. Takes the name. */}}
{{- define "fairlead.documentsFolder" -}}
/etc/fairlead/documents/{{ . }}
{{- end -}}

{{/* The ConfigMap with documents that the chart makes. Takes [root, name]. */}}
{{- define "fairlead.documentsConfigMap" -}}
{{- printf "%s-documents-%s" (include "fairlead.fullname" (index . 0)) (index . 1) -}}
{{- end -}}

{{/* Fails for documents that no config source of type file reads: its path is their folder, or one
     above or below it. */}}
{{- define "fairlead.checkDocuments" -}}
{{- range $name, $documents := .Values.documents -}}
{{- $folder := printf "%s/" (include "fairlead.documentsFolder" $name) -}}
{{- $read := false -}}
{{- range $.Values.config.configs -}}
{{- $path := printf "%s/" (trimSuffix "/" (default "" .path)) -}}
{{- if or (hasPrefix $folder $path) (and .path (hasPrefix $path $folder)) -}}
{{- $read = true -}}
{{- end -}}
{{- end -}}
{{- if not $read -}}
{{- fail (printf "documents.%s: no config source reads it (expected: in config.configs one with type: file, path: %s)" $name (trimSuffix "/" $folder)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the certificate of the xDS ports, if they speak TLS. */}}
{{- define "fairlead.tlsSecret" -}}
{{- if .Values.tls.existingSecret -}}
{{- .Values.tls.existingSecret -}}
{{- else if .Values.tls.certificate.enabled -}}
{{- include "fairlead.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{/* Where istiods are to connect: the port for TLS if there is one, and not that of a shard. */}}
{{- define "fairlead.preferredPort" -}}
{{- $xds := .Values.config.xds -}}
{{- include "fairlead.port" (default $xds.address ($xds.tls).address) -}}
{{- end -}}

{{/* The mesh configuration, as "fairlead mesh-config" prints it. */}}
{{- define "fairlead.meshConfig" -}}
{{- $host := include "fairlead.host" . -}}
configSources:
- address: k8s://
{{- range include "fairlead.sourcePorts" . | fromYamlArray }}
- address: xds://{{ $host }}:{{ . }}
{{- if include "fairlead.tlsSecret" $ }}
  tlsSettings:
    mode: SIMPLE
    credentialName: {{ include "fairlead.fullname" $ }}-ca
{{- end }}
{{- end }}
{{- end -}}

{{/* The ports that are istiod's sources: the shards, if there are any. */}}
{{- define "fairlead.sourcePorts" -}}
{{- with .Values.config.xds.shards }}
{{- $first := int .firstPort }}
{{- range $i := until (int .count) }}
- {{ add $first $i }}
{{- end }}
{{- else }}
- {{ include "fairlead.preferredPort" . }}
{{- end }}
{{- end -}}
