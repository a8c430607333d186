{{/* Lays the values below `higress-core` over those at the top, in place. Every template begins with it. */}}
{{- define "higress.values" -}}
{{- $core := index .Values "higress-core" | default dict -}}
{{- include "higress.overlay" (dict "onto" .Values "over" $core) -}}
{{- if .Values.global.kind }}{{- $_ := set .Values.global "local" true -}}{{- end -}}
{{- end }}

{{/* Map `over` onto map `onto`, in place; unlike mergeOverwrite also where a value is empty or false. */}}
{{- define "higress.overlay" -}}
{{- range $key, $value := .over -}}
{{- $old := index $.onto $key -}}
{{- if and (kindIs "map" $value) (kindIs "map" $old) -}}
{{- include "higress.overlay" (dict "onto" $old "over" $value) -}}
{{- else -}}
{{- $_ := set $.onto $key $value -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The text that a map should become when users edit it too: `new` (what the chart wants now), except where `live` (what is there) differs from `base`
(what the chart wanted last time): there the user's change stays. Result in `new`, in place.
*/}}
{{- define "higress.keepEdits" -}}
{{- range $key, $live := .live -}}
{{- $known := hasKey $.base $key -}}
{{- $base := index $.base $key -}}
{{- $new := index $.new $key -}}
{{- if and (kindIs "map" $live) (kindIs "map" $new) -}}
{{- include "higress.keepEdits" (dict "live" $live "new" $new "base" (kindIs "map" $base | ternary $base dict)) -}}
{{- else if or (not $known) (ne (toJson $live) (toJson $base)) -}}
{{- $_ := set $.new $key $live -}}
{{- end -}}
{{- end -}}
{{- range $key, $_ := .base -}}
{{- if not (hasKey $.live $key) -}}{{- $_ := unset $.new $key -}}{{- end -}}
{{- end -}}
{{- end }}
