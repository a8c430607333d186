// Written by hack/generate-types.mjs from src/xds/proto/data/envoy.binpb.gz; do not edit. Deprecated fields are left out.
import type { SecretText } from '#lib/secret.ts';

/** Any message with its type URL. */
export type Any = { readonly '@type': string; readonly [field: string]: unknown };
/** google.protobuf.Struct */
export type JsonObject = { readonly [key: string]: unknown };
/** A field that may hold a credential. */
export type Text = string | SecretText;

/** envoy.config.accesslog.v3.ComparisonFilter.Op */
export type ComparisonFilter_Op = 'EQ' | 'GE' | 'LE' | 'NE';
/** envoy.config.accesslog.v3.GrpcStatusFilter.Status */
export type GrpcStatusFilter_Status = 'OK' | 'CANCELED' | 'UNKNOWN' | 'INVALID_ARGUMENT' | 'DEADLINE_EXCEEDED' | 'NOT_FOUND' | 'ALREADY_EXISTS' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED' | 'FAILED_PRECONDITION' | 'ABORTED' | 'OUT_OF_RANGE' | 'UNIMPLEMENTED' | 'INTERNAL' | 'UNAVAILABLE' | 'DATA_LOSS' | 'UNAUTHENTICATED';
/** envoy.config.bootstrap.v3.CustomInlineHeader.InlineHeaderType */
export type CustomInlineHeader_InlineHeaderType = 'REQUEST_HEADER' | 'REQUEST_TRAILER' | 'RESPONSE_HEADER' | 'RESPONSE_TRAILER';
/** envoy.config.bootstrap.v3.Watchdog.WatchdogAction.WatchdogEvent */
export type Watchdog_WatchdogAction_WatchdogEvent = 'UNKNOWN' | 'KILL' | 'MULTIKILL' | 'MEGAMISS' | 'MISS';
/** envoy.config.cluster.v3.Cluster.DiscoveryType */
export type Cluster_DiscoveryType = 'STATIC' | 'STRICT_DNS' | 'LOGICAL_DNS' | 'EDS' | 'ORIGINAL_DST';
/** envoy.config.cluster.v3.Cluster.DnsLookupFamily */
export type Cluster_DnsLookupFamily = 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL';
/** envoy.config.cluster.v3.Cluster.LbPolicy */
export type Cluster_LbPolicy = 'ROUND_ROBIN' | 'LEAST_REQUEST' | 'RING_HASH' | 'RANDOM' | 'MAGLEV' | 'CLUSTER_PROVIDED' | 'LOAD_BALANCING_POLICY_CONFIG';
/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetFallbackPolicy */
export type Cluster_LbSubsetConfig_LbSubsetFallbackPolicy = 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET';
/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetMetadataFallbackPolicy */
export type Cluster_LbSubsetConfig_LbSubsetMetadataFallbackPolicy = 'METADATA_NO_FALLBACK' | 'FALLBACK_LIST';
/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector.LbSubsetSelectorFallbackPolicy */
export type Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy = 'NOT_DEFINED' | 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET' | 'KEYS_SUBSET';
/** envoy.config.cluster.v3.Cluster.RingHashLbConfig.HashFunction */
export type Cluster_RingHashLbConfig_HashFunction = 'XX_HASH' | 'MURMUR_HASH_2';
/** envoy.config.cluster.v3.UpstreamConnectionOptions.FirstAddressFamilyVersion */
export type UpstreamConnectionOptions_FirstAddressFamilyVersion = 'DEFAULT' | 'V4' | 'V6' | 'PIPE' | 'INTERNAL';
/** envoy.config.core.v3.ApiConfigSource.ApiType */
export type ApiConfigSource_ApiType = 'DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE' | 'REST' | 'GRPC' | 'DELTA_GRPC' | 'AGGREGATED_GRPC' | 'AGGREGATED_DELTA_GRPC';
/** envoy.config.core.v3.ApiVersion */
export type ApiVersion = 'AUTO' | 'V2' | 'V3';
/** envoy.config.core.v3.HeaderValueOption.HeaderAppendAction */
export type HeaderValueOption_HeaderAppendAction = 'APPEND_IF_EXISTS_OR_ADD' | 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS_OR_ADD' | 'OVERWRITE_IF_EXISTS';
/** envoy.config.core.v3.HealthStatus */
export type HealthStatus = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'TIMEOUT' | 'DEGRADED';
/** envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction */
export type HttpProtocolOptions_HeadersWithUnderscoresAction = 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER';
/** envoy.config.core.v3.KeyValueAppend.KeyValueAppendAction */
export type KeyValueAppend_KeyValueAppendAction = 'APPEND_IF_EXISTS_OR_ADD' | 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS_OR_ADD' | 'OVERWRITE_IF_EXISTS';
/** envoy.config.core.v3.ProxyProtocolConfig.Version */
export type ProxyProtocolConfig_Version = 'V1' | 'V2';
/** envoy.config.core.v3.ProxyProtocolPassThroughTLVs.PassTLVsMatchType */
export type ProxyProtocolPassThroughTLVs_PassTLVsMatchType = 'INCLUDE_ALL' | 'INCLUDE';
/** envoy.config.core.v3.RequestMethod */
export type RequestMethod = 'METHOD_UNSPECIFIED' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'CONNECT' | 'OPTIONS' | 'TRACE' | 'PATCH';
/** envoy.config.core.v3.RoutingPriority */
export type RoutingPriority = 'DEFAULT' | 'HIGH';
/** envoy.config.core.v3.SocketAddress.Protocol */
export type SocketAddress_Protocol = 'TCP' | 'UDP';
/** envoy.config.core.v3.SocketOption.SocketIpVersion */
export type SocketOption_SocketIpVersion = 'SOCKET_IP_VERSION_UNSPECIFIED' | 'SOCKET_IP_VERSION_IPV4' | 'SOCKET_IP_VERSION_IPV6';
/** envoy.config.core.v3.SocketOption.SocketState */
export type SocketOption_SocketState = 'STATE_PREBIND' | 'STATE_BOUND' | 'STATE_LISTENING';
/** envoy.config.core.v3.TrafficDirection */
export type TrafficDirection = 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND';
/** envoy.config.listener.v3.FilterChainMatch.ConnectionSourceType */
export type FilterChainMatch_ConnectionSourceType = 'ANY' | 'SAME_IP_OR_LOOPBACK' | 'EXTERNAL';
/** envoy.config.listener.v3.Listener.DrainType */
export type Listener_DrainType = 'DEFAULT' | 'MODIFY_ONLY';
/** envoy.config.rbac.v3.MetadataSource */
export type MetadataSource = 'DYNAMIC' | 'ROUTE';
/** envoy.config.rbac.v3.RBAC.Action */
export type RBAC_Action = 'ALLOW' | 'DENY' | 'LOG';
/** envoy.config.rbac.v3.RBAC.AuditLoggingOptions.AuditCondition */
export type RBAC_AuditLoggingOptions_AuditCondition = 'NONE' | 'ON_DENY' | 'ON_ALLOW' | 'ON_DENY_AND_ALLOW';
/** envoy.config.route.v3.RateLimit.Action.MetaData.Source */
export type RateLimit_Action_MetaData_Source = 'DYNAMIC' | 'ROUTE_ENTRY' | 'CLUSTER_ENTRY' | 'CLUSTER_LOCALITY_ENTRY';
/** envoy.config.route.v3.RateLimit.XRateLimitOption */
export type RateLimit_XRateLimitOption = 'UNSPECIFIED' | 'OFF' | 'DRAFT_VERSION_03';
/** envoy.config.route.v3.RedirectAction.RedirectResponseCode */
export type RedirectAction_RedirectResponseCode = 'MOVED_PERMANENTLY' | 'FOUND' | 'SEE_OTHER' | 'TEMPORARY_REDIRECT' | 'PERMANENT_REDIRECT';
/** envoy.config.route.v3.RetryPolicy.ResetHeaderFormat */
export type RetryPolicy_ResetHeaderFormat = 'SECONDS' | 'UNIX_TIMESTAMP';
/** envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode */
export type RouteAction_ClusterNotFoundResponseCode = 'SERVICE_UNAVAILABLE' | 'NOT_FOUND' | 'INTERNAL_SERVER_ERROR';
/** envoy.config.route.v3.VirtualHost.TlsRequirementType */
export type VirtualHost_TlsRequirementType = 'NONE' | 'EXTERNAL_ONLY' | 'ALL';
/** envoy.config.trace.v3.ZipkinConfig.CollectorEndpointVersion */
export type ZipkinConfig_CollectorEndpointVersion = 'DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE' | 'HTTP_JSON' | 'HTTP_PROTO' | 'GRPC';
/** envoy.config.trace.v3.ZipkinConfig.TraceContextOption */
export type ZipkinConfig_TraceContextOption = 'USE_B3' | 'USE_B3_WITH_W3C_PROPAGATION';
/** envoy.data.accesslog.v3.AccessLogType */
export type AccessLogType = 'NotSet' | 'TcpUpstreamConnected' | 'TcpPeriodic' | 'TcpConnectionStart' | 'TcpConnectionEnd' | 'DownstreamStart' | 'DownstreamPeriodic' | 'DownstreamEnd' | 'UpstreamPoolReady' | 'UpstreamPeriodic' | 'UpstreamEnd' | 'DownstreamTunnelSuccessfullyEstablished' | 'UdpTunnelUpstreamConnected' | 'UdpPeriodic' | 'UdpSessionEnd';
/** envoy.extensions.access_loggers.stats.v3.Config.Histogram.Unit */
export type Config_Histogram_Unit = 'Unspecified' | 'Bytes' | 'Microseconds' | 'Milliseconds' | 'Percent';
/** envoy.extensions.clusters.common.dns.v3.DnsLookupFamily */
export type DnsLookupFamily = 'UNSPECIFIED' | 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL';
/** envoy.extensions.common.ratelimit.v3.VhRateLimitsOptions */
export type VhRateLimitsOptions = 'OVERRIDE' | 'INCLUDE' | 'IGNORE';
/** envoy.extensions.common.ratelimit.v3.XRateLimitHeadersRFCVersion */
export type XRateLimitHeadersRFCVersion = 'OFF' | 'DRAFT_VERSION_03';
/** envoy.extensions.compression.brotli.compressor.v3.Brotli.EncoderMode */
export type Brotli_EncoderMode = 'DEFAULT' | 'GENERIC' | 'TEXT' | 'FONT';
/** envoy.extensions.compression.gzip.compressor.v3.Gzip.CompressionLevel */
export type Gzip_CompressionLevel = 'DEFAULT_COMPRESSION' | 'BEST_SPEED' | 'COMPRESSION_LEVEL_1' | 'COMPRESSION_LEVEL_2' | 'COMPRESSION_LEVEL_3' | 'COMPRESSION_LEVEL_4' | 'COMPRESSION_LEVEL_5' | 'COMPRESSION_LEVEL_6' | 'COMPRESSION_LEVEL_7' | 'COMPRESSION_LEVEL_8' | 'COMPRESSION_LEVEL_9' | 'BEST_COMPRESSION';
/** envoy.extensions.compression.gzip.compressor.v3.Gzip.CompressionStrategy */
export type Gzip_CompressionStrategy = 'DEFAULT_STRATEGY' | 'FILTERED' | 'HUFFMAN_ONLY' | 'RLE' | 'FIXED';
/** envoy.extensions.compression.zstd.compressor.v3.Zstd.Strategy */
export type Zstd_Strategy = 'DEFAULT' | 'FAST' | 'DFAST' | 'GREEDY' | 'LAZY' | 'LAZY2' | 'BTLAZY2' | 'BTOPT' | 'BTULTRA' | 'BTULTRA2';
/** envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue.SharedWithUpstream */
export type FilterStateValue_SharedWithUpstream = 'NONE' | 'ONCE' | 'TRANSITIVE';
/** envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning.SigningAlgorithm */
export type AwsRequestSigning_SigningAlgorithm = 'AWS_SIGV4' | 'AWS_SIGV4A';
/** envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor.RouteCacheAction */
export type ExternalProcessor_RouteCacheAction = 'DEFAULT' | 'CLEAR' | 'RETAIN';
/** envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode */
export type ProcessingMode_BodySendMode = 'NONE' | 'STREAMED' | 'BUFFERED' | 'BUFFERED_PARTIAL' | 'FULL_DUPLEX_STREAMED' | 'GRPC';
/** envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.HeaderSendMode */
export type ProcessingMode_HeaderSendMode = 'DEFAULT' | 'SEND' | 'SKIP';
/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.ValueType */
export type JsonToMetadata_ValueType = 'PROTOBUF_VALUE' | 'STRING' | 'NUMBER';
/** envoy.extensions.filters.http.ratelimit.v3.RateLimit.XRateLimitHeadersRFCVersion */
export type RateLimit_XRateLimitHeadersRFCVersion = 'OFF' | 'DRAFT_VERSION_03';
/** envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute.OverrideOptions */
export type RateLimitPerRoute_OverrideOptions = 'DEFAULT' | 'OVERRIDE_POLICY' | 'INCLUDE_POLICY' | 'IGNORE_POLICY';
/** envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute.VhRateLimitsOptions */
export type RateLimitPerRoute_VhRateLimitsOptions = 'OVERRIDE' | 'INCLUDE' | 'IGNORE';
/** envoy.extensions.filters.http.transform.v3.BodyTransformation.TransformAction */
export type BodyTransformation_TransformAction = 'MERGE' | 'REPLACE';
/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair.ValueStringEncoding */
export type ProxyProtocol_KeyValuePair_ValueStringEncoding = 'UNSPECIFIED' | 'SANITIZED_UTF8' | 'BASE64';
/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.TlvLocation */
export type ProxyProtocol_TlvLocation = 'DYNAMIC_METADATA' | 'FILTER_STATE';
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType */
export type HttpConnectionManager_CodecType = 'AUTO' | 'HTTP1' | 'HTTP2' | 'HTTP3';
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails */
export type HttpConnectionManager_ForwardClientCertDetails = 'SANITIZE' | 'FORWARD_ONLY' | 'APPEND_FORWARD' | 'SANITIZE_SET' | 'ALWAYS_FORWARD_ONLY';
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertFormat */
export type HttpConnectionManager_ForwardClientCertFormat = 'TEXT' | 'JSON';
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction */
export type HttpConnectionManager_PathWithEscapedSlashesAction = 'IMPLEMENTATION_SPECIFIC_DEFAULT' | 'KEEP_UNCHANGED' | 'REJECT_REQUEST' | 'UNESCAPE_AND_REDIRECT' | 'UNESCAPE_AND_FORWARD';
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation */
export type HttpConnectionManager_ServerHeaderTransformation = 'OVERWRITE' | 'APPEND_IF_ABSENT' | 'PASS_THROUGH';
/** envoy.extensions.filters.network.tcp_proxy.v3.ProxyProtocolTlvMergePolicy */
export type ProxyProtocolTlvMergePolicy = 'ADD_IF_ABSENT' | 'OVERWRITE_BY_TYPE_IF_EXISTS_OR_ADD' | 'APPEND_IF_EXISTS_OR_ADD';
/** envoy.extensions.filters.network.tcp_proxy.v3.UpstreamConnectMode */
export type UpstreamConnectMode = 'IMMEDIATE' | 'ON_DOWNSTREAM_DATA' | 'ON_DOWNSTREAM_TLS_HANDSHAKE';
/** envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig.HeadersWithUnderscoresAction */
export type HeaderValidatorConfig_HeadersWithUnderscoresAction = 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER';
/** envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig.UriPathNormalizationOptions.PathWithEscapedSlashesAction */
export type HeaderValidatorConfig_UriPathNormalizationOptions_PathWithEscapedSlashesAction = 'IMPLEMENTATION_SPECIFIC_DEFAULT' | 'KEEP_UNCHANGED' | 'REJECT_REQUEST' | 'UNESCAPE_AND_REDIRECT' | 'UNESCAPE_AND_FORWARD';
/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.LocalityBasis */
export type LocalityLbConfig_ZoneAwareLbConfig_LocalityBasis = 'HEALTHY_HOSTS_NUM' | 'HEALTHY_HOSTS_WEIGHT';
/** envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest.SelectionMethod */
export type LeastRequest_SelectionMethod = 'N_CHOICES' | 'FULL_SCAN';
/** envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash.HashFunction */
export type RingHash_HashFunction = 'DEFAULT_HASH' | 'XX_HASH' | 'MURMUR_HASH_2';
/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification */
export type CertificateValidationContext_TrustChainVerification = 'VERIFY_TRUST_CHAIN' | 'ACCEPT_UNTRUSTED';
/** envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext.OcspStaplePolicy */
export type DownstreamTlsContext_OcspStaplePolicy = 'LENIENT_STAPLING' | 'STRICT_STAPLING' | 'MUST_STAPLE';
/** envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType */
export type SubjectAltNameMatcher_SanType = 'SAN_TYPE_UNSPECIFIED' | 'EMAIL' | 'DNS' | 'URI' | 'IP_ADDRESS' | 'OTHER_NAME';
/** envoy.extensions.transport_sockets.tls.v3.TlsParameters.CompliancePolicy */
export type TlsParameters_CompliancePolicy = 'FIPS_202205' | 'CNSA2_202603' | 'CNSA1_202603';
/** envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol */
export type TlsParameters_TlsProtocol = 'TLS_AUTO' | 'TLSv1_0' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3';
/** envoy.extensions.wasm.v3.FailurePolicy */
export type FailurePolicy = 'UNSPECIFIED' | 'FAIL_RELOAD' | 'FAIL_CLOSED' | 'FAIL_OPEN';
/** envoy.type.tracing.v3.CustomTag.ValueType */
export type CustomTag_ValueType = 'UNSPECIFIED' | 'STRING' | 'INT' | 'DOUBLE' | 'BOOL';
/** envoy.type.v3.CodecClientType */
export type CodecClientType = 'HTTP1' | 'HTTP2' | 'HTTP3';
/** envoy.type.v3.FractionalPercent.DenominatorType */
export type FractionalPercent_DenominatorType = 'HUNDRED' | 'TEN_THOUSAND' | 'MILLION';
/** envoy.type.v3.RateLimitUnit */
export type RateLimitUnit = 'UNKNOWN' | 'SECOND' | 'MINUTE' | 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';
/** envoy.type.v3.StatusCode */
export type StatusCode = 'Empty' | 'Continue' | 'OK' | 'Created' | 'Accepted' | 'NonAuthoritativeInformation' | 'NoContent' | 'ResetContent' | 'PartialContent' | 'MultiStatus' | 'AlreadyReported' | 'IMUsed' | 'MultipleChoices' | 'MovedPermanently' | 'Found' | 'SeeOther' | 'NotModified' | 'UseProxy' | 'TemporaryRedirect' | 'PermanentRedirect' | 'BadRequest' | 'Unauthorized' | 'PaymentRequired' | 'Forbidden' | 'NotFound' | 'MethodNotAllowed' | 'NotAcceptable' | 'ProxyAuthenticationRequired' | 'RequestTimeout' | 'Conflict' | 'Gone' | 'LengthRequired' | 'PreconditionFailed' | 'PayloadTooLarge' | 'URITooLong' | 'UnsupportedMediaType' | 'RangeNotSatisfiable' | 'ExpectationFailed' | 'MisdirectedRequest' | 'UnprocessableEntity' | 'Locked' | 'FailedDependency' | 'UpgradeRequired' | 'PreconditionRequired' | 'TooManyRequests' | 'RequestHeaderFieldsTooLarge' | 'InternalServerError' | 'NotImplemented' | 'BadGateway' | 'ServiceUnavailable' | 'GatewayTimeout' | 'HTTPVersionNotSupported' | 'VariantAlsoNegotiates' | 'InsufficientStorage' | 'LoopDetected' | 'NotExtended' | 'NetworkAuthenticationRequired';
/** google.api.expr.v1alpha1.SourceInfo.Extension.Component */
export type SourceInfo_Extension_Component = 'COMPONENT_UNSPECIFIED' | 'COMPONENT_PARSER' | 'COMPONENT_TYPE_CHECKER' | 'COMPONENT_RUNTIME';
/** google.api.expr.v1alpha1.Type.PrimitiveType */
export type Type_PrimitiveType = 'PRIMITIVE_TYPE_UNSPECIFIED' | 'BOOL' | 'INT64' | 'UINT64' | 'DOUBLE' | 'STRING' | 'BYTES';
/** google.api.expr.v1alpha1.Type.WellKnownType */
export type Type_WellKnownType = 'WELL_KNOWN_TYPE_UNSPECIFIED' | 'ANY' | 'TIMESTAMP' | 'DURATION';
/** google.protobuf.NullValue */
export type NullValue = 'NULL_VALUE';

/** envoy.config.accesslog.v3.AccessLog */
export type AccessLog = {
  readonly name?: string | undefined;
  readonly filter?: AccessLogFilter | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.accesslog.v3.AccessLogFilter */
export type AccessLogFilter = {
  readonly status_code_filter?: StatusCodeFilter | undefined;
  readonly duration_filter?: DurationFilter | undefined;
  readonly not_health_check_filter?: NotHealthCheckFilter | undefined;
  readonly traceable_filter?: TraceableFilter | undefined;
  readonly runtime_filter?: RuntimeFilter | undefined;
  readonly and_filter?: AndFilter | undefined;
  readonly or_filter?: OrFilter | undefined;
  readonly header_filter?: HeaderFilter | undefined;
  readonly response_flag_filter?: ResponseFlagFilter | undefined;
  readonly grpc_status_filter?: GrpcStatusFilter | undefined;
  readonly extension_filter?: ExtensionFilter | undefined;
  readonly metadata_filter?: MetadataFilter | undefined;
  readonly log_type_filter?: LogTypeFilter | undefined;
};
/** envoy.config.accesslog.v3.AndFilter */
export type AndFilter = {
  readonly filters?: readonly AccessLogFilter[] | undefined;
};
/** envoy.config.accesslog.v3.ComparisonFilter */
export type ComparisonFilter = {
  readonly op?: ComparisonFilter_Op | undefined;
  readonly value?: RuntimeUInt32 | undefined;
};
/** envoy.config.accesslog.v3.DurationFilter */
export type DurationFilter = {
  readonly comparison?: ComparisonFilter | undefined;
};
/** envoy.config.accesslog.v3.ExtensionFilter */
export type ExtensionFilter = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.accesslog.v3.GrpcStatusFilter */
export type GrpcStatusFilter = {
  readonly statuses?: readonly GrpcStatusFilter_Status[] | undefined;
  readonly exclude?: boolean | undefined;
};
/** envoy.config.accesslog.v3.HeaderFilter */
export type HeaderFilter = {
  readonly header?: HeaderMatcher | undefined;
};
/** envoy.config.accesslog.v3.LogTypeFilter */
export type LogTypeFilter = {
  readonly types?: readonly AccessLogType[] | undefined;
  readonly exclude?: boolean | undefined;
};
/** envoy.config.accesslog.v3.MetadataFilter */
export type MetadataFilter = {
  readonly matcher?: MetadataMatcher | undefined;
  readonly match_if_key_not_found?: boolean | undefined;
};
/** envoy.config.accesslog.v3.NotHealthCheckFilter */
export type NotHealthCheckFilter = { readonly [field: string]: never };
/** envoy.config.accesslog.v3.OrFilter */
export type OrFilter = {
  readonly filters?: readonly AccessLogFilter[] | undefined;
};
/** envoy.config.accesslog.v3.ResponseFlagFilter */
export type ResponseFlagFilter = {
  readonly flags?: readonly string[] | undefined;
};
/** envoy.config.accesslog.v3.RuntimeFilter */
export type RuntimeFilter = {
  readonly runtime_key?: string | undefined;
  readonly percent_sampled?: FractionalPercent | undefined;
  readonly use_independent_randomness?: boolean | undefined;
};
/** envoy.config.accesslog.v3.StatusCodeFilter */
export type StatusCodeFilter = {
  readonly comparison?: ComparisonFilter | undefined;
};
/** envoy.config.accesslog.v3.TraceableFilter */
export type TraceableFilter = { readonly [field: string]: never };
/** envoy.config.bootstrap.v3.Admin */
export type Admin = {
  readonly access_log?: readonly AccessLog[] | undefined;
  readonly profile_path?: string | undefined;
  readonly address?: Address | undefined;
  readonly socket_options?: readonly SocketOption[] | undefined;
  readonly ignore_global_conn_limit?: boolean | undefined;
  readonly allow_paths?: readonly EnvoyTypeMatcherStringMatcher[] | undefined;
};
/** envoy.config.bootstrap.v3.Bootstrap */
export type Bootstrap = {
  readonly node?: Node | undefined;
  readonly node_context_params?: readonly string[] | undefined;
  readonly static_resources?: Bootstrap_StaticResources | undefined;
  readonly dynamic_resources?: Bootstrap_DynamicResources | undefined;
  readonly cluster_manager?: ClusterManager | undefined;
  readonly hds_config?: ApiConfigSource | undefined;
  readonly flags_path?: string | undefined;
  readonly stats_sinks?: readonly StatsSink[] | undefined;
  readonly deferred_stat_options?: Bootstrap_DeferredStatOptions | undefined;
  readonly stats_config?: StatsConfig | undefined;
  readonly stats_flush_interval?: string | undefined;
  readonly stats_flush_on_admin?: boolean | undefined;
  readonly stats_eviction_interval?: string | undefined;
  readonly watchdogs?: Watchdogs | undefined;
  readonly layered_runtime?: LayeredRuntime | undefined;
  readonly admin?: Admin | undefined;
  readonly overload_manager?: OverloadManager | undefined;
  readonly enable_dispatcher_stats?: boolean | undefined;
  readonly header_prefix?: string | undefined;
  readonly stats_server_version_override?: number | string | undefined;
  readonly typed_dns_resolver_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly bootstrap_extensions?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
  readonly fatal_actions?: readonly FatalAction[] | undefined;
  readonly config_sources?: readonly ConfigSource[] | undefined;
  readonly default_config_source?: ConfigSource | undefined;
  readonly default_socket_interface?: string | undefined;
  readonly certificate_provider_instances?: Readonly<Record<string, ConfigCoreTypedExtensionConfig>> | undefined;
  readonly inline_headers?: readonly CustomInlineHeader[] | undefined;
  readonly perf_tracing_file_path?: string | undefined;
  readonly default_regex_engine?: ConfigCoreTypedExtensionConfig | undefined;
  readonly xds_delegate_extension?: ConfigCoreTypedExtensionConfig | undefined;
  readonly xds_config_tracker_extension?: ConfigCoreTypedExtensionConfig | undefined;
  readonly listener_manager?: ConfigCoreTypedExtensionConfig | undefined;
  readonly application_log_config?: Bootstrap_ApplicationLogConfig | undefined;
  readonly grpc_async_client_manager_config?: Bootstrap_GrpcAsyncClientManagerConfig | undefined;
  readonly memory_allocator_manager?: MemoryAllocatorManager | undefined;
  readonly enable_worker_cpu_affinity?: boolean | undefined;
};
/** envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig */
export type Bootstrap_ApplicationLogConfig = {
  readonly log_format?: Bootstrap_ApplicationLogConfig_LogFormat | undefined;
};
/** envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig.LogFormat */
export type Bootstrap_ApplicationLogConfig_LogFormat = {
  readonly json_format?: JsonObject | undefined;
  readonly text_format?: string | undefined;
};
/** envoy.config.bootstrap.v3.Bootstrap.DeferredStatOptions */
export type Bootstrap_DeferredStatOptions = {
  readonly enable_deferred_creation_stats?: boolean | undefined;
};
/** envoy.config.bootstrap.v3.Bootstrap.DynamicResources */
export type Bootstrap_DynamicResources = {
  readonly lds_config?: ConfigSource | undefined;
  readonly lds_resources_locator?: string | undefined;
  readonly cds_config?: ConfigSource | undefined;
  readonly cds_resources_locator?: string | undefined;
  readonly ads_config?: ApiConfigSource | undefined;
};
/** envoy.config.bootstrap.v3.Bootstrap.GrpcAsyncClientManagerConfig */
export type Bootstrap_GrpcAsyncClientManagerConfig = {
  readonly max_cached_entry_idle_duration?: string | undefined;
};
/** envoy.config.bootstrap.v3.Bootstrap.StaticResources */
export type Bootstrap_StaticResources = {
  readonly listeners?: readonly Listener[] | undefined;
  readonly clusters?: readonly Cluster[] | undefined;
  readonly secrets?: readonly Secret[] | undefined;
};
/** envoy.config.bootstrap.v3.ClusterManager */
export type ClusterManager = {
  readonly local_cluster_name?: string | undefined;
  readonly outlier_detection?: ClusterManager_OutlierDetection | undefined;
  readonly upstream_bind_config?: BindConfig | undefined;
  readonly load_stats_config?: ApiConfigSource | undefined;
  readonly enable_deferred_cluster_creation?: boolean | undefined;
};
/** envoy.config.bootstrap.v3.ClusterManager.OutlierDetection */
export type ClusterManager_OutlierDetection = {
  readonly event_log_path?: string | undefined;
  readonly event_service?: EventServiceConfig | undefined;
};
/** envoy.config.bootstrap.v3.CustomInlineHeader */
export type CustomInlineHeader = {
  readonly inline_header_name?: string | undefined;
  readonly inline_header_type?: CustomInlineHeader_InlineHeaderType | undefined;
};
/** envoy.config.bootstrap.v3.FatalAction */
export type FatalAction = {
  readonly config?: ConfigCoreTypedExtensionConfig | undefined;
};
/** envoy.config.bootstrap.v3.LayeredRuntime */
export type LayeredRuntime = {
  readonly layers?: readonly RuntimeLayer[] | undefined;
};
/** envoy.config.bootstrap.v3.MemoryAllocatorManager */
export type MemoryAllocatorManager = {
  readonly bytes_to_release?: number | string | undefined;
  readonly memory_release_interval?: string | undefined;
  readonly soft_memory_limit_bytes?: number | string | undefined;
  readonly max_per_cpu_cache_size_bytes?: number | undefined;
  readonly max_unfreed_memory_bytes?: number | string | undefined;
};
/** envoy.config.bootstrap.v3.RuntimeLayer */
export type RuntimeLayer = {
  readonly name?: string | undefined;
  readonly static_layer?: JsonObject | undefined;
  readonly disk_layer?: RuntimeLayer_DiskLayer | undefined;
  readonly admin_layer?: RuntimeLayer_AdminLayer | undefined;
  readonly rtds_layer?: RuntimeLayer_RtdsLayer | undefined;
};
/** envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer */
export type RuntimeLayer_AdminLayer = { readonly [field: string]: never };
/** envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer */
export type RuntimeLayer_DiskLayer = {
  readonly symlink_root?: string | undefined;
  readonly subdirectory?: string | undefined;
  readonly append_service_cluster?: boolean | undefined;
};
/** envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer */
export type RuntimeLayer_RtdsLayer = {
  readonly name?: string | undefined;
  readonly rtds_config?: ConfigSource | undefined;
};
/** envoy.config.bootstrap.v3.Watchdog */
export type Watchdog = {
  readonly actions?: readonly Watchdog_WatchdogAction[] | undefined;
  readonly miss_timeout?: string | undefined;
  readonly megamiss_timeout?: string | undefined;
  readonly kill_timeout?: string | undefined;
  readonly max_kill_timeout_jitter?: string | undefined;
  readonly multikill_timeout?: string | undefined;
  readonly multikill_threshold?: Percent | undefined;
};
/** envoy.config.bootstrap.v3.Watchdog.WatchdogAction */
export type Watchdog_WatchdogAction = {
  readonly config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly event?: Watchdog_WatchdogAction_WatchdogEvent | undefined;
};
/** envoy.config.bootstrap.v3.Watchdogs */
export type Watchdogs = {
  readonly main_thread_watchdog?: Watchdog | undefined;
  readonly worker_watchdog?: Watchdog | undefined;
};
/** envoy.config.cluster.v3.CircuitBreakers */
export type CircuitBreakers = {
  readonly thresholds?: readonly CircuitBreakers_Thresholds[] | undefined;
  readonly per_host_thresholds?: readonly CircuitBreakers_Thresholds[] | undefined;
};
/** envoy.config.cluster.v3.CircuitBreakers.Thresholds */
export type CircuitBreakers_Thresholds = {
  readonly priority?: RoutingPriority | undefined;
  readonly max_connections?: number | undefined;
  readonly max_pending_requests?: number | undefined;
  readonly max_requests?: number | undefined;
  readonly max_retries?: number | undefined;
  readonly retry_budget?: CircuitBreakers_Thresholds_RetryBudget | undefined;
  readonly track_remaining?: boolean | undefined;
  readonly max_connection_pools?: number | undefined;
};
/** envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget */
export type CircuitBreakers_Thresholds_RetryBudget = {
  readonly budget_percent?: Percent | undefined;
  readonly budget_interval?: string | undefined;
  readonly min_retry_concurrency?: number | undefined;
};
/** envoy.config.cluster.v3.Cluster */
export type Cluster = {
  readonly transport_socket_matches?: readonly Cluster_TransportSocketMatch[] | undefined;
  readonly transport_socket_matcher?: Matcher | undefined;
  readonly name?: string | undefined;
  readonly alt_stat_name?: string | undefined;
  readonly stats_matcher?: StatsMatcher | undefined;
  readonly type?: Cluster_DiscoveryType | undefined;
  readonly cluster_type?: Cluster_CustomClusterType | undefined;
  readonly eds_cluster_config?: Cluster_EdsClusterConfig | undefined;
  readonly connect_timeout?: string | undefined;
  readonly per_connection_buffer_limit_bytes?: number | undefined;
  readonly per_connection_buffer_high_watermark_timeout?: string | undefined;
  readonly lb_policy?: Cluster_LbPolicy | undefined;
  readonly load_assignment?: ClusterLoadAssignment | undefined;
  readonly health_checks?: readonly HealthCheck[] | undefined;
  readonly circuit_breakers?: CircuitBreakers | undefined;
  readonly typed_extension_protocol_options?: Readonly<Record<string, Any>> | undefined;
  readonly dns_lookup_family?: Cluster_DnsLookupFamily | undefined;
  readonly typed_dns_resolver_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly wait_for_warm_on_init?: boolean | undefined;
  readonly outlier_detection?: OutlierDetection | undefined;
  readonly cleanup_interval?: string | undefined;
  readonly upstream_bind_config?: BindConfig | undefined;
  readonly lb_subset_config?: Cluster_LbSubsetConfig | undefined;
  readonly ring_hash_lb_config?: Cluster_RingHashLbConfig | undefined;
  readonly maglev_lb_config?: Cluster_MaglevLbConfig | undefined;
  readonly original_dst_lb_config?: Cluster_OriginalDstLbConfig | undefined;
  readonly least_request_lb_config?: Cluster_LeastRequestLbConfig | undefined;
  readonly round_robin_lb_config?: Cluster_RoundRobinLbConfig | undefined;
  readonly common_lb_config?: Cluster_CommonLbConfig | undefined;
  readonly transport_socket?: TransportSocket | undefined;
  readonly metadata?: CoreMetadata | undefined;
  readonly upstream_connection_options?: UpstreamConnectionOptions | undefined;
  readonly close_connections_on_host_health_failure?: boolean | undefined;
  readonly ignore_health_on_host_removal?: boolean | undefined;
  readonly filters?: readonly ClusterFilter[] | undefined;
  readonly load_balancing_policy?: LoadBalancingPolicy | undefined;
  readonly lrs_server?: ConfigSource | undefined;
  readonly lrs_report_endpoint_metrics?: readonly string[] | undefined;
  readonly upstream_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly track_cluster_stats?: TrackClusterStats | undefined;
  readonly preconnect_policy?: Cluster_PreconnectPolicy | undefined;
  readonly connection_pool_per_downstream_connection?: boolean | undefined;
  readonly queuing_policies?: Cluster_QueuingPolicies | undefined;
};
/** envoy.config.cluster.v3.Cluster.CommonLbConfig */
export type Cluster_CommonLbConfig = {
  readonly healthy_panic_threshold?: Percent | undefined;
  readonly zone_aware_lb_config?: Cluster_CommonLbConfig_ZoneAwareLbConfig | undefined;
  readonly locality_weighted_lb_config?: Cluster_CommonLbConfig_LocalityWeightedLbConfig | undefined;
  readonly update_merge_window?: string | undefined;
  readonly ignore_new_hosts_until_first_hc?: boolean | undefined;
  readonly close_connections_on_host_set_change?: boolean | undefined;
  readonly consistent_hashing_lb_config?: Cluster_CommonLbConfig_ConsistentHashingLbConfig | undefined;
  readonly override_host_status?: HealthStatusSet | undefined;
};
/** envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig */
export type Cluster_CommonLbConfig_ConsistentHashingLbConfig = {
  readonly use_hostname_for_hashing?: boolean | undefined;
  readonly hash_balance_factor?: number | undefined;
};
/** envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig */
export type Cluster_CommonLbConfig_LocalityWeightedLbConfig = { readonly [field: string]: never };
/** envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig */
export type Cluster_CommonLbConfig_ZoneAwareLbConfig = {
  readonly routing_enabled?: Percent | undefined;
  readonly min_cluster_size?: number | string | undefined;
  readonly fail_traffic_on_panic?: boolean | undefined;
};
/** envoy.config.cluster.v3.Cluster.CustomClusterType */
export type Cluster_CustomClusterType = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.cluster.v3.Cluster.EdsClusterConfig */
export type Cluster_EdsClusterConfig = {
  readonly eds_config?: ConfigSource | undefined;
  readonly service_name?: string | undefined;
};
/** envoy.config.cluster.v3.Cluster.LbSubsetConfig */
export type Cluster_LbSubsetConfig = {
  readonly fallback_policy?: Cluster_LbSubsetConfig_LbSubsetFallbackPolicy | undefined;
  readonly default_subset?: JsonObject | undefined;
  readonly subset_selectors?: readonly Cluster_LbSubsetConfig_LbSubsetSelector[] | undefined;
  readonly locality_weight_aware?: boolean | undefined;
  readonly scale_locality_weight?: boolean | undefined;
  readonly panic_mode_any?: boolean | undefined;
  readonly list_as_any?: boolean | undefined;
  readonly metadata_fallback_policy?: Cluster_LbSubsetConfig_LbSubsetMetadataFallbackPolicy | undefined;
};
/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector */
export type Cluster_LbSubsetConfig_LbSubsetSelector = {
  readonly keys?: readonly string[] | undefined;
  readonly single_host_per_subset?: boolean | undefined;
  readonly fallback_policy?: Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy | undefined;
  readonly fallback_keys_subset?: readonly string[] | undefined;
};
/** envoy.config.cluster.v3.Cluster.LeastRequestLbConfig */
export type Cluster_LeastRequestLbConfig = {
  readonly choice_count?: number | undefined;
  readonly active_request_bias?: RuntimeDouble | undefined;
  readonly slow_start_config?: Cluster_SlowStartConfig | undefined;
};
/** envoy.config.cluster.v3.Cluster.MaglevLbConfig */
export type Cluster_MaglevLbConfig = {
  readonly table_size?: number | string | undefined;
};
/** envoy.config.cluster.v3.Cluster.OriginalDstLbConfig */
export type Cluster_OriginalDstLbConfig = {
  readonly use_http_header?: boolean | undefined;
  readonly http_header_name?: string | undefined;
  readonly upstream_port_override?: number | undefined;
  readonly metadata_key?: MetadataKey | undefined;
};
/** envoy.config.cluster.v3.Cluster.PreconnectPolicy */
export type Cluster_PreconnectPolicy = {
  readonly per_upstream_preconnect_ratio?: number | undefined;
  readonly predictive_preconnect_ratio?: number | undefined;
  readonly preconnect_enabled_metadata?: MetadataMatcher | undefined;
};
/** envoy.config.cluster.v3.Cluster.QueuingPolicies */
export type Cluster_QueuingPolicies = {
  readonly pending_rq_policy?: ConfigCoreTypedExtensionConfig | undefined;
};
/** envoy.config.cluster.v3.Cluster.RingHashLbConfig */
export type Cluster_RingHashLbConfig = {
  readonly minimum_ring_size?: number | string | undefined;
  readonly hash_function?: Cluster_RingHashLbConfig_HashFunction | undefined;
  readonly maximum_ring_size?: number | string | undefined;
};
/** envoy.config.cluster.v3.Cluster.RoundRobinLbConfig */
export type Cluster_RoundRobinLbConfig = {
  readonly slow_start_config?: Cluster_SlowStartConfig | undefined;
};
/** envoy.config.cluster.v3.Cluster.SlowStartConfig */
export type Cluster_SlowStartConfig = {
  readonly slow_start_window?: string | undefined;
  readonly aggression?: RuntimeDouble | undefined;
  readonly min_weight_percent?: Percent | undefined;
};
/** envoy.config.cluster.v3.Cluster.TransportSocketMatch */
export type Cluster_TransportSocketMatch = {
  readonly name?: string | undefined;
  readonly match?: JsonObject | undefined;
  readonly transport_socket?: TransportSocket | undefined;
};
/** envoy.config.cluster.v3.Filter */
export type ClusterFilter = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
  readonly config_discovery?: ExtensionConfigSource | undefined;
};
/** envoy.config.cluster.v3.LoadBalancingPolicy */
export type LoadBalancingPolicy = {
  readonly policies?: readonly LoadBalancingPolicy_Policy[] | undefined;
};
/** envoy.config.cluster.v3.LoadBalancingPolicy.Policy */
export type LoadBalancingPolicy_Policy = {
  readonly typed_extension_config?: ConfigCoreTypedExtensionConfig | undefined;
};
/** envoy.config.cluster.v3.OutlierDetection */
export type OutlierDetection = {
  readonly consecutive_5xx?: number | undefined;
  readonly interval?: string | undefined;
  readonly base_ejection_time?: string | undefined;
  readonly max_ejection_percent?: number | undefined;
  readonly enforcing_consecutive_5xx?: number | undefined;
  readonly enforcing_success_rate?: number | undefined;
  readonly success_rate_minimum_hosts?: number | undefined;
  readonly success_rate_request_volume?: number | undefined;
  readonly success_rate_stdev_factor?: number | undefined;
  readonly consecutive_gateway_failure?: number | undefined;
  readonly enforcing_consecutive_gateway_failure?: number | undefined;
  readonly split_external_local_origin_errors?: boolean | undefined;
  readonly consecutive_local_origin_failure?: number | undefined;
  readonly enforcing_consecutive_local_origin_failure?: number | undefined;
  readonly enforcing_local_origin_success_rate?: number | undefined;
  readonly failure_percentage_threshold?: number | undefined;
  readonly enforcing_failure_percentage?: number | undefined;
  readonly enforcing_failure_percentage_local_origin?: number | undefined;
  readonly failure_percentage_minimum_hosts?: number | undefined;
  readonly failure_percentage_request_volume?: number | undefined;
  readonly max_ejection_time?: string | undefined;
  readonly max_ejection_time_jitter?: string | undefined;
  readonly successful_active_health_check_uneject_host?: boolean | undefined;
  readonly monitors?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
  readonly always_eject_one_host?: boolean | undefined;
  readonly detect_degraded_hosts?: boolean | undefined;
};
/** envoy.config.cluster.v3.TrackClusterStats */
export type TrackClusterStats = {
  readonly timeout_budgets?: boolean | undefined;
  readonly request_response_sizes?: boolean | undefined;
  readonly per_endpoint_stats?: boolean | undefined;
};
/** envoy.config.cluster.v3.UpstreamConnectionOptions */
export type UpstreamConnectionOptions = {
  readonly tcp_keepalive?: TcpKeepalive | undefined;
  readonly set_local_interface_name_on_upstream_connections?: boolean | undefined;
  readonly happy_eyeballs_config?: UpstreamConnectionOptions_HappyEyeballsConfig | undefined;
};
/** envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig */
export type UpstreamConnectionOptions_HappyEyeballsConfig = {
  readonly first_address_family_version?: UpstreamConnectionOptions_FirstAddressFamilyVersion | undefined;
  readonly first_address_family_count?: number | undefined;
};
/** envoy.config.common.matcher.v3.HttpGenericBodyMatch */
export type HttpGenericBodyMatch = {
  readonly bytes_limit?: number | undefined;
  readonly patterns?: readonly HttpGenericBodyMatch_GenericTextMatch[] | undefined;
};
/** envoy.config.common.matcher.v3.HttpGenericBodyMatch.GenericTextMatch */
export type HttpGenericBodyMatch_GenericTextMatch = {
  readonly string_match?: string | undefined;
  readonly binary_match?: Uint8Array | string | undefined;
};
/** envoy.config.common.matcher.v3.HttpHeadersMatch */
export type HttpHeadersMatch = {
  readonly headers?: readonly HeaderMatcher[] | undefined;
};
/** envoy.config.common.matcher.v3.MatchPredicate */
export type MatchPredicate = {
  readonly or_match?: MatchPredicate_MatchSet | undefined;
  readonly and_match?: MatchPredicate_MatchSet | undefined;
  readonly not_match?: MatchPredicate | undefined;
  readonly any_match?: boolean | undefined;
  readonly http_request_headers_match?: HttpHeadersMatch | undefined;
  readonly http_request_trailers_match?: HttpHeadersMatch | undefined;
  readonly http_response_headers_match?: HttpHeadersMatch | undefined;
  readonly http_response_trailers_match?: HttpHeadersMatch | undefined;
  readonly http_request_generic_body_match?: HttpGenericBodyMatch | undefined;
  readonly http_response_generic_body_match?: HttpGenericBodyMatch | undefined;
};
/** envoy.config.common.matcher.v3.MatchPredicate.MatchSet */
export type MatchPredicate_MatchSet = {
  readonly rules?: readonly MatchPredicate[] | undefined;
};
/** envoy.config.common.mutation_rules.v3.HeaderMutation */
export type MutationRulesHeaderMutation = {
  readonly remove?: string | undefined;
  readonly append?: HeaderValueOption | undefined;
  readonly remove_on_match?: HeaderMutation_RemoveOnMatch | undefined;
};
/** envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch */
export type HeaderMutation_RemoveOnMatch = {
  readonly key_matcher?: EnvoyTypeMatcherStringMatcher | undefined;
};
/** envoy.config.common.mutation_rules.v3.HeaderMutationRules */
export type HeaderMutationRules = {
  readonly allow_all_routing?: boolean | undefined;
  readonly allow_envoy?: boolean | undefined;
  readonly disallow_system?: boolean | undefined;
  readonly disallow_all?: boolean | undefined;
  readonly allow_expression?: EnvoyTypeMatcherRegexMatcher | undefined;
  readonly disallow_expression?: EnvoyTypeMatcherRegexMatcher | undefined;
  readonly disallow_is_error?: boolean | undefined;
};
/** envoy.config.core.v3.Address */
export type Address = {
  readonly socket_address?: SocketAddress | undefined;
  readonly pipe?: Pipe | undefined;
  readonly envoy_internal_address?: EnvoyInternalAddress | undefined;
};
/** envoy.config.core.v3.AggregatedConfigSource */
export type AggregatedConfigSource = { readonly [field: string]: never };
/** envoy.config.core.v3.AlternateProtocolsCacheOptions */
export type AlternateProtocolsCacheOptions = {
  readonly name?: string | undefined;
  readonly max_entries?: number | undefined;
  readonly key_value_store_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly prepopulated_entries?: readonly AlternateProtocolsCacheOptions_AlternateProtocolsCacheEntry[] | undefined;
  readonly canonical_suffixes?: readonly string[] | undefined;
};
/** envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry */
export type AlternateProtocolsCacheOptions_AlternateProtocolsCacheEntry = {
  readonly hostname?: string | undefined;
  readonly port?: number | undefined;
};
/** envoy.config.core.v3.ApiConfigSource */
export type ApiConfigSource = {
  readonly api_type?: ApiConfigSource_ApiType | undefined;
  readonly transport_api_version?: ApiVersion | undefined;
  readonly cluster_names?: readonly string[] | undefined;
  readonly grpc_services?: readonly GrpcService[] | undefined;
  readonly refresh_delay?: string | undefined;
  readonly request_timeout?: string | undefined;
  readonly rate_limit_settings?: RateLimitSettings | undefined;
  readonly set_node_on_first_message_only?: boolean | undefined;
  readonly config_validators?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
};
/** envoy.config.core.v3.AsyncDataSource */
export type AsyncDataSource = {
  readonly local?: DataSource | undefined;
  readonly remote?: RemoteDataSource | undefined;
};
/** envoy.config.core.v3.BackoffStrategy */
export type BackoffStrategy = {
  readonly base_interval?: string | undefined;
  readonly max_interval?: string | undefined;
};
/** envoy.config.core.v3.BindConfig */
export type BindConfig = {
  readonly source_address?: SocketAddress | undefined;
  readonly freebind?: boolean | undefined;
  readonly socket_options?: readonly SocketOption[] | undefined;
  readonly extra_source_addresses?: readonly ExtraSourceAddress[] | undefined;
  readonly local_address_selector?: ConfigCoreTypedExtensionConfig | undefined;
  readonly validate_network_namespaces?: boolean | undefined;
};
/** envoy.config.core.v3.BuildVersion */
export type BuildVersion = {
  readonly version?: SemanticVersion | undefined;
  readonly metadata?: JsonObject | undefined;
};
/** envoy.config.core.v3.CelExpressionConfig */
export type CelExpressionConfig = {
  readonly enable_string_conversion?: boolean | undefined;
  readonly enable_string_concat?: boolean | undefined;
  readonly enable_string_functions?: boolean | undefined;
};
/** envoy.config.core.v3.CidrRange */
export type ConfigCoreCidrRange = {
  readonly address_prefix?: string | undefined;
  readonly prefix_len?: number | undefined;
};
/** envoy.config.core.v3.ConfigSource */
export type ConfigSource = {
  readonly authorities?: readonly Authority[] | undefined;
  readonly path_config_source?: PathConfigSource | undefined;
  readonly api_config_source?: ApiConfigSource | undefined;
  readonly ads?: AggregatedConfigSource | undefined;
  readonly self?: SelfConfigSource | undefined;
  readonly initial_fetch_timeout?: string | undefined;
  readonly resource_api_version?: ApiVersion | undefined;
};
/** envoy.config.core.v3.DataSource */
export type DataSource = {
  readonly filename?: string | undefined;
  readonly inline_bytes?: Uint8Array | Text | undefined;
  readonly inline_string?: Text | undefined;
  readonly environment_variable?: string | undefined;
  readonly watched_directory?: WatchedDirectory | undefined;
};
/** envoy.config.core.v3.EnvoyInternalAddress */
export type EnvoyInternalAddress = {
  readonly server_listener_name?: string | undefined;
  readonly endpoint_id?: string | undefined;
};
/** envoy.config.core.v3.EventServiceConfig */
export type EventServiceConfig = {
  readonly grpc_service?: GrpcService | undefined;
};
/** envoy.config.core.v3.Extension */
export type Extension = {
  readonly name?: string | undefined;
  readonly category?: string | undefined;
  readonly version?: BuildVersion | undefined;
  readonly disabled?: boolean | undefined;
  readonly type_urls?: readonly string[] | undefined;
};
/** envoy.config.core.v3.ExtensionConfigSource */
export type ExtensionConfigSource = {
  readonly config_source?: ConfigSource | undefined;
  readonly default_config?: Any | undefined;
  readonly apply_default_config_without_warming?: boolean | undefined;
  readonly type_urls?: readonly string[] | undefined;
};
/** envoy.config.core.v3.ExtraSourceAddress */
export type ExtraSourceAddress = {
  readonly address?: SocketAddress | undefined;
  readonly socket_options?: SocketOptionsOverride | undefined;
};
/** envoy.config.core.v3.GrpcService */
export type GrpcService = {
  readonly envoy_grpc?: GrpcService_EnvoyGrpc | undefined;
  readonly google_grpc?: GrpcService_GoogleGrpc | undefined;
  readonly timeout?: string | undefined;
  readonly initial_metadata?: readonly HeaderValue[] | undefined;
  readonly retry_policy?: CoreRetryPolicy | undefined;
};
/** envoy.config.core.v3.GrpcService.EnvoyGrpc */
export type GrpcService_EnvoyGrpc = {
  readonly cluster_name?: string | undefined;
  readonly authority?: string | undefined;
  readonly retry_policy?: CoreRetryPolicy | undefined;
  readonly max_receive_message_length?: number | undefined;
  readonly skip_envoy_headers?: boolean | undefined;
};
/** envoy.config.core.v3.GrpcService.GoogleGrpc */
export type GrpcService_GoogleGrpc = {
  readonly target_uri?: string | undefined;
  readonly channel_credentials?: GrpcService_GoogleGrpc_ChannelCredentials | undefined;
  readonly channel_credentials_plugin?: readonly Any[] | undefined;
  readonly call_credentials?: readonly GrpcService_GoogleGrpc_CallCredentials[] | undefined;
  readonly call_credentials_plugin?: readonly Any[] | undefined;
  readonly stat_prefix?: string | undefined;
  readonly credentials_factory_name?: string | undefined;
  readonly config?: JsonObject | undefined;
  readonly per_stream_buffer_limit_bytes?: number | undefined;
  readonly channel_args?: GrpcService_GoogleGrpc_ChannelArgs | undefined;
};
/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials */
export type GrpcService_GoogleGrpc_CallCredentials = {
  readonly access_token?: string | undefined;
  readonly google_compute_engine?: Empty | undefined;
  readonly google_refresh_token?: string | undefined;
  readonly service_account_jwt_access?: GrpcService_GoogleGrpc_CallCredentials_ServiceAccountJWTAccessCredentials | undefined;
  readonly google_iam?: GrpcService_GoogleGrpc_CallCredentials_GoogleIAMCredentials | undefined;
  readonly from_plugin?: GrpcService_GoogleGrpc_CallCredentials_MetadataCredentialsFromPlugin | undefined;
  readonly sts_service?: GrpcService_GoogleGrpc_CallCredentials_StsService | undefined;
};
/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials */
export type GrpcService_GoogleGrpc_CallCredentials_GoogleIAMCredentials = {
  readonly authorization_token?: string | undefined;
  readonly authority_selector?: string | undefined;
};
/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin */
export type GrpcService_GoogleGrpc_CallCredentials_MetadataCredentialsFromPlugin = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials */
export type GrpcService_GoogleGrpc_CallCredentials_ServiceAccountJWTAccessCredentials = {
  readonly json_key?: string | undefined;
  readonly token_lifetime_seconds?: number | string | undefined;
};
/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService */
export type GrpcService_GoogleGrpc_CallCredentials_StsService = {
  readonly token_exchange_service_uri?: string | undefined;
  readonly resource?: string | undefined;
  readonly audience?: string | undefined;
  readonly scope?: string | undefined;
  readonly requested_token_type?: string | undefined;
  readonly subject_token_path?: string | undefined;
  readonly subject_token_type?: string | undefined;
  readonly actor_token_path?: string | undefined;
  readonly actor_token_type?: string | undefined;
};
/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs */
export type GrpcService_GoogleGrpc_ChannelArgs = {
  readonly args?: Readonly<Record<string, GrpcService_GoogleGrpc_ChannelArgs_Value>> | undefined;
};
/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value */
export type GrpcService_GoogleGrpc_ChannelArgs_Value = {
  readonly string_value?: string | undefined;
  readonly int_value?: number | string | undefined;
};
/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials */
export type GrpcService_GoogleGrpc_ChannelCredentials = {
  readonly ssl_credentials?: GrpcService_GoogleGrpc_SslCredentials | undefined;
  readonly google_default?: Empty | undefined;
  readonly local_credentials?: GrpcService_GoogleGrpc_GoogleLocalCredentials | undefined;
};
/** envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials */
export type GrpcService_GoogleGrpc_GoogleLocalCredentials = { readonly [field: string]: never };
/** envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials */
export type GrpcService_GoogleGrpc_SslCredentials = {
  readonly root_certs?: DataSource | undefined;
  readonly private_key?: DataSource | undefined;
  readonly cert_chain?: DataSource | undefined;
};
/** envoy.config.core.v3.HeaderValue */
export type HeaderValue = {
  readonly key?: string | undefined;
  readonly value?: Text | undefined;
  readonly raw_value?: Uint8Array | string | undefined;
};
/** envoy.config.core.v3.HeaderValueOption */
export type HeaderValueOption = {
  readonly header?: HeaderValue | undefined;
  readonly append_action?: HeaderValueOption_HeaderAppendAction | undefined;
  readonly keep_empty_value?: boolean | undefined;
};
/** envoy.config.core.v3.HealthCheck */
export type HealthCheck = {
  readonly name?: string | undefined;
  readonly timeout?: string | undefined;
  readonly interval?: string | undefined;
  readonly initial_jitter?: string | undefined;
  readonly interval_jitter?: string | undefined;
  readonly interval_jitter_percent?: number | undefined;
  readonly unhealthy_threshold?: number | undefined;
  readonly healthy_threshold?: number | undefined;
  readonly alt_port?: number | undefined;
  readonly reuse_connection?: boolean | undefined;
  readonly http_health_check?: HealthCheck_HttpHealthCheck | undefined;
  readonly tcp_health_check?: HealthCheck_TcpHealthCheck | undefined;
  readonly grpc_health_check?: HealthCheck_GrpcHealthCheck | undefined;
  readonly custom_health_check?: HealthCheck_CustomHealthCheck | undefined;
  readonly no_traffic_interval?: string | undefined;
  readonly no_traffic_healthy_interval?: string | undefined;
  readonly unhealthy_interval?: string | undefined;
  readonly unhealthy_edge_interval?: string | undefined;
  readonly healthy_edge_interval?: string | undefined;
  readonly event_logger?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
  readonly event_service?: EventServiceConfig | undefined;
  readonly always_log_health_check_failures?: boolean | undefined;
  readonly always_log_health_check_success?: boolean | undefined;
  readonly tls_options?: HealthCheck_TlsOptions | undefined;
  readonly transport_socket_match_criteria?: JsonObject | undefined;
};
/** envoy.config.core.v3.HealthCheck.CustomHealthCheck */
export type HealthCheck_CustomHealthCheck = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.core.v3.HealthCheck.GrpcHealthCheck */
export type HealthCheck_GrpcHealthCheck = {
  readonly service_name?: string | undefined;
  readonly authority?: string | undefined;
  readonly initial_metadata?: readonly HeaderValueOption[] | undefined;
};
/** envoy.config.core.v3.HealthCheck.HttpHealthCheck */
export type HealthCheck_HttpHealthCheck = {
  readonly host?: string | undefined;
  readonly path?: string | undefined;
  readonly send?: HealthCheck_Payload | undefined;
  readonly receive?: readonly HealthCheck_Payload[] | undefined;
  readonly response_buffer_size?: number | string | undefined;
  readonly request_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly request_headers_to_remove?: readonly string[] | undefined;
  readonly expected_statuses?: readonly Int64Range[] | undefined;
  readonly retriable_statuses?: readonly Int64Range[] | undefined;
  readonly codec_client_type?: CodecClientType | undefined;
  readonly use_alpn_protocol?: boolean | undefined;
  readonly service_name_matcher?: EnvoyTypeMatcherStringMatcher | undefined;
  readonly method?: RequestMethod | undefined;
};
/** envoy.config.core.v3.HealthCheck.Payload */
export type HealthCheck_Payload = {
  readonly text?: string | undefined;
  readonly binary?: Uint8Array | string | undefined;
};
/** envoy.config.core.v3.HealthCheck.TcpHealthCheck */
export type HealthCheck_TcpHealthCheck = {
  readonly send?: HealthCheck_Payload | undefined;
  readonly receive?: readonly HealthCheck_Payload[] | undefined;
  readonly proxy_protocol_config?: ProxyProtocolConfig | undefined;
};
/** envoy.config.core.v3.HealthCheck.TlsOptions */
export type HealthCheck_TlsOptions = {
  readonly alpn_protocols?: readonly string[] | undefined;
};
/** envoy.config.core.v3.HealthStatusSet */
export type HealthStatusSet = {
  readonly statuses?: readonly HealthStatus[] | undefined;
};
/** envoy.config.core.v3.Http1ProtocolOptions */
export type Http1ProtocolOptions = {
  readonly allow_absolute_url?: boolean | undefined;
  readonly accept_http_10?: boolean | undefined;
  readonly default_host_for_http_10?: string | undefined;
  readonly header_key_format?: Http1ProtocolOptions_HeaderKeyFormat | undefined;
  readonly enable_trailers?: boolean | undefined;
  readonly allow_chunked_length?: boolean | undefined;
  readonly override_stream_error_on_invalid_http_message?: boolean | undefined;
  readonly send_fully_qualified_url?: boolean | undefined;
  readonly allow_custom_methods?: boolean | undefined;
  readonly ignore_http_11_upgrade?: readonly EnvoyTypeMatcherStringMatcher[] | undefined;
};
/** envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat */
export type Http1ProtocolOptions_HeaderKeyFormat = {
  readonly proper_case_words?: Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords | undefined;
  readonly stateful_formatter?: ConfigCoreTypedExtensionConfig | undefined;
};
/** envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords */
export type Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords = { readonly [field: string]: never };
/** envoy.config.core.v3.Http2ProtocolOptions */
export type Http2ProtocolOptions = {
  readonly hpack_table_size?: number | undefined;
  readonly max_concurrent_streams?: number | undefined;
  readonly initial_stream_window_size?: number | undefined;
  readonly initial_connection_window_size?: number | undefined;
  readonly allow_connect?: boolean | undefined;
  readonly allow_metadata?: boolean | undefined;
  readonly max_outbound_frames?: number | undefined;
  readonly max_outbound_control_frames?: number | undefined;
  readonly max_consecutive_inbound_frames_with_empty_payload?: number | undefined;
  readonly max_inbound_priority_frames_per_stream?: number | undefined;
  readonly max_inbound_window_update_frames_per_data_frame_sent?: number | undefined;
  readonly override_stream_error_on_invalid_http_message?: boolean | undefined;
  readonly custom_settings_parameters?: readonly Http2ProtocolOptions_SettingsParameter[] | undefined;
  readonly connection_keepalive?: KeepaliveSettings | undefined;
  readonly use_oghttp2_codec?: boolean | undefined;
  readonly max_metadata_size?: number | string | undefined;
  readonly enable_huffman_encoding?: boolean | undefined;
  readonly max_header_field_size_kb?: number | undefined;
  readonly disallow_obs_text?: boolean | undefined;
  readonly stream_reset_burst?: number | string | undefined;
  readonly stream_reset_rate?: number | string | undefined;
};
/** envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter */
export type Http2ProtocolOptions_SettingsParameter = {
  readonly identifier?: number | undefined;
  readonly value?: number | undefined;
};
/** envoy.config.core.v3.Http3ProtocolOptions */
export type Http3ProtocolOptions = {
  readonly quic_protocol_options?: CoreQuicProtocolOptions | undefined;
  readonly override_stream_error_on_invalid_http_message?: boolean | undefined;
  readonly allow_extended_connect?: boolean | undefined;
  readonly allow_metadata?: boolean | undefined;
  readonly disable_qpack?: boolean | undefined;
  readonly disable_connection_flow_control_for_streams?: boolean | undefined;
  readonly disallow_obs_text?: boolean | undefined;
};
/** envoy.config.core.v3.HttpProtocolOptions */
export type CoreHttpProtocolOptions = {
  readonly idle_timeout?: string | undefined;
  readonly max_connection_duration?: string | undefined;
  readonly max_connection_duration_jitter?: Percent | undefined;
  readonly max_headers_count?: number | undefined;
  readonly max_response_headers_kb?: number | undefined;
  readonly max_stream_duration?: string | undefined;
  readonly headers_with_underscores_action?: HttpProtocolOptions_HeadersWithUnderscoresAction | undefined;
  readonly max_requests_per_connection?: number | undefined;
};
/** envoy.config.core.v3.HttpService */
export type CoreHttpService = {
  readonly http_uri?: HttpUri | undefined;
  readonly request_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly formatters?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
};
/** envoy.config.core.v3.HttpUri */
export type HttpUri = {
  readonly uri?: string | undefined;
  readonly cluster?: string | undefined;
  readonly timeout?: string | undefined;
};
/** envoy.config.core.v3.JsonFormatOptions */
export type JsonFormatOptions = { readonly [field: string]: never };
/** envoy.config.core.v3.KeepaliveSettings */
export type KeepaliveSettings = {
  readonly interval?: string | undefined;
  readonly timeout?: string | undefined;
  readonly interval_jitter?: Percent | undefined;
  readonly connection_idle_interval?: string | undefined;
};
/** envoy.config.core.v3.KeyValueAppend */
export type KeyValueAppend = {
  readonly record?: KeyValuePair | undefined;
  readonly action?: KeyValueAppend_KeyValueAppendAction | undefined;
};
/** envoy.config.core.v3.KeyValueMutation */
export type KeyValueMutation = {
  readonly append?: KeyValueAppend | undefined;
  readonly remove?: string | undefined;
};
/** envoy.config.core.v3.KeyValuePair */
export type KeyValuePair = {
  readonly key?: string | undefined;
  readonly value?: unknown | undefined;
};
/** envoy.config.core.v3.Locality */
export type Locality = {
  readonly region?: string | undefined;
  readonly zone?: string | undefined;
  readonly sub_zone?: string | undefined;
};
/** envoy.config.core.v3.Metadata */
export type CoreMetadata = {
  readonly filter_metadata?: Readonly<Record<string, JsonObject>> | undefined;
  readonly typed_filter_metadata?: Readonly<Record<string, Any>> | undefined;
};
/** envoy.config.core.v3.Node */
export type Node = {
  readonly id?: string | undefined;
  readonly cluster?: string | undefined;
  readonly metadata?: JsonObject | undefined;
  readonly dynamic_parameters?: Readonly<Record<string, ContextParams>> | undefined;
  readonly locality?: Locality | undefined;
  readonly user_agent_name?: string | undefined;
  readonly user_agent_version?: string | undefined;
  readonly user_agent_build_version?: BuildVersion | undefined;
  readonly extensions?: readonly Extension[] | undefined;
  readonly client_features?: readonly string[] | undefined;
};
/** envoy.config.core.v3.PathConfigSource */
export type PathConfigSource = {
  readonly path?: string | undefined;
  readonly watched_directory?: WatchedDirectory | undefined;
  readonly poll_interval?: string | undefined;
};
/** envoy.config.core.v3.Pipe */
export type Pipe = {
  readonly path?: string | undefined;
  readonly mode?: number | undefined;
};
/** envoy.config.core.v3.ProxyProtocolConfig */
export type ProxyProtocolConfig = {
  readonly version?: ProxyProtocolConfig_Version | undefined;
  readonly pass_through_tlvs?: ProxyProtocolPassThroughTLVs | undefined;
  readonly added_tlvs?: readonly TlvEntry[] | undefined;
};
/** envoy.config.core.v3.ProxyProtocolPassThroughTLVs */
export type ProxyProtocolPassThroughTLVs = {
  readonly match_type?: ProxyProtocolPassThroughTLVs_PassTLVsMatchType | undefined;
  readonly tlv_type?: readonly number[] | undefined;
};
/** envoy.config.core.v3.QuicKeepAliveSettings */
export type QuicKeepAliveSettings = {
  readonly max_interval?: string | undefined;
  readonly initial_interval?: string | undefined;
};
/** envoy.config.core.v3.QuicProtocolOptions */
export type CoreQuicProtocolOptions = {
  readonly max_concurrent_streams?: number | undefined;
  readonly initial_stream_window_size?: number | undefined;
  readonly initial_connection_window_size?: number | undefined;
  readonly num_timeouts_to_trigger_port_migration?: number | undefined;
  readonly connection_keepalive?: QuicKeepAliveSettings | undefined;
  readonly connection_options?: string | undefined;
  readonly client_connection_options?: string | undefined;
  readonly idle_network_timeout?: string | undefined;
  readonly max_packet_length?: number | string | undefined;
  readonly client_packet_writer?: ConfigCoreTypedExtensionConfig | undefined;
  readonly connection_migration?: QuicProtocolOptions_ConnectionMigrationSettings | undefined;
  readonly memory_reduction_timeout?: string | undefined;
  readonly enable_scone?: boolean | undefined;
};
/** envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings */
export type QuicProtocolOptions_ConnectionMigrationSettings = {
  readonly migrate_idle_connections?: QuicProtocolOptions_ConnectionMigrationSettings_MigrateIdleConnectionSettings | undefined;
  readonly max_time_on_non_default_network?: string | undefined;
};
/** envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings */
export type QuicProtocolOptions_ConnectionMigrationSettings_MigrateIdleConnectionSettings = {
  readonly max_idle_time_before_migration?: string | undefined;
};
/** envoy.config.core.v3.RateLimitSettings */
export type RateLimitSettings = {
  readonly max_tokens?: number | undefined;
  readonly fill_rate?: number | undefined;
};
/** envoy.config.core.v3.RemoteDataSource */
export type RemoteDataSource = {
  readonly http_uri?: HttpUri | undefined;
  readonly sha256?: string | undefined;
  readonly retry_policy?: CoreRetryPolicy | undefined;
};
/** envoy.config.core.v3.RetryPolicy */
export type CoreRetryPolicy = {
  readonly retry_back_off?: BackoffStrategy | undefined;
  readonly num_retries?: number | undefined;
  readonly retry_on?: string | undefined;
  readonly retry_priority?: CoreRetryPolicy_RetryPriority | undefined;
  readonly retry_host_predicate?: readonly CoreRetryPolicy_RetryHostPredicate[] | undefined;
  readonly host_selection_retry_max_attempts?: number | string | undefined;
};
/** envoy.config.core.v3.RetryPolicy.RetryHostPredicate */
export type CoreRetryPolicy_RetryHostPredicate = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.core.v3.RetryPolicy.RetryPriority */
export type CoreRetryPolicy_RetryPriority = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.core.v3.RuntimeDouble */
export type RuntimeDouble = {
  readonly default_value?: number | undefined;
  readonly runtime_key?: string | undefined;
};
/** envoy.config.core.v3.RuntimeFeatureFlag */
export type RuntimeFeatureFlag = {
  readonly default_value?: boolean | undefined;
  readonly runtime_key?: string | undefined;
};
/** envoy.config.core.v3.RuntimeFractionalPercent */
export type RuntimeFractionalPercent = {
  readonly default_value?: FractionalPercent | undefined;
  readonly runtime_key?: string | undefined;
};
/** envoy.config.core.v3.RuntimeUInt32 */
export type RuntimeUInt32 = {
  readonly default_value?: number | undefined;
  readonly runtime_key?: string | undefined;
};
/** envoy.config.core.v3.SchemeHeaderTransformation */
export type SchemeHeaderTransformation = {
  readonly scheme_to_overwrite?: string | undefined;
  readonly match_upstream?: boolean | undefined;
};
/** envoy.config.core.v3.SelfConfigSource */
export type SelfConfigSource = {
  readonly transport_api_version?: ApiVersion | undefined;
};
/** envoy.config.core.v3.SocketAddress */
export type SocketAddress = {
  readonly protocol?: SocketAddress_Protocol | undefined;
  readonly address?: string | undefined;
  readonly port_value?: number | undefined;
  readonly named_port?: string | undefined;
  readonly resolver_name?: string | undefined;
  readonly ipv4_compat?: boolean | undefined;
  readonly network_namespace_filepath?: string | undefined;
};
/** envoy.config.core.v3.SocketCmsgHeaders */
export type SocketCmsgHeaders = {
  readonly level?: number | undefined;
  readonly type?: number | undefined;
  readonly expected_size?: number | undefined;
};
/** envoy.config.core.v3.SocketOption */
export type SocketOption = {
  readonly description?: string | undefined;
  readonly level?: number | string | undefined;
  readonly name?: number | string | undefined;
  readonly int_value?: number | string | undefined;
  readonly buf_value?: Uint8Array | string | undefined;
  readonly state?: SocketOption_SocketState | undefined;
  readonly type?: SocketOption_SocketType | undefined;
  readonly ip_version?: SocketOption_SocketIpVersion | undefined;
};
/** envoy.config.core.v3.SocketOption.SocketType */
export type SocketOption_SocketType = {
  readonly stream?: SocketOption_SocketType_Stream | undefined;
  readonly datagram?: SocketOption_SocketType_Datagram | undefined;
};
/** envoy.config.core.v3.SocketOption.SocketType.Datagram */
export type SocketOption_SocketType_Datagram = { readonly [field: string]: never };
/** envoy.config.core.v3.SocketOption.SocketType.Stream */
export type SocketOption_SocketType_Stream = { readonly [field: string]: never };
/** envoy.config.core.v3.SocketOptionsOverride */
export type SocketOptionsOverride = {
  readonly socket_options?: readonly SocketOption[] | undefined;
};
/** envoy.config.core.v3.SubstitutionFormatString */
export type SubstitutionFormatString = {
  readonly json_format?: JsonObject | undefined;
  readonly text_format_source?: DataSource | undefined;
  readonly omit_empty_values?: boolean | undefined;
  readonly content_type?: string | undefined;
  readonly formatters?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
  readonly json_format_options?: JsonFormatOptions | undefined;
};
/** envoy.config.core.v3.TcpKeepalive */
export type TcpKeepalive = {
  readonly keepalive_probes?: number | undefined;
  readonly keepalive_time?: number | undefined;
  readonly keepalive_interval?: number | undefined;
};
/** envoy.config.core.v3.TlvEntry */
export type TlvEntry = {
  readonly type?: number | undefined;
  readonly value?: Uint8Array | string | undefined;
  readonly format_string?: SubstitutionFormatString | undefined;
};
/** envoy.config.core.v3.TransportSocket */
export type TransportSocket = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.core.v3.TypedExtensionConfig */
export type ConfigCoreTypedExtensionConfig = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.core.v3.UdpSocketConfig */
export type UdpSocketConfig = {
  readonly max_rx_datagram_size?: number | string | undefined;
  readonly prefer_gro?: boolean | undefined;
};
/** envoy.config.core.v3.UpstreamHttpProtocolOptions */
export type UpstreamHttpProtocolOptions = {
  readonly auto_sni?: boolean | undefined;
  readonly auto_san_validation?: boolean | undefined;
  readonly override_auto_sni_header?: string | undefined;
};
/** envoy.config.core.v3.WatchedDirectory */
export type WatchedDirectory = {
  readonly path?: string | undefined;
  readonly watch_modify?: boolean | undefined;
};
/** envoy.config.endpoint.v3.ClusterLoadAssignment */
export type ClusterLoadAssignment = {
  readonly cluster_name?: string | undefined;
  readonly endpoints?: readonly LocalityLbEndpoints[] | undefined;
  readonly named_endpoints?: Readonly<Record<string, Endpoint>> | undefined;
  readonly policy?: ClusterLoadAssignment_Policy | undefined;
};
/** envoy.config.endpoint.v3.ClusterLoadAssignment.Policy */
export type ClusterLoadAssignment_Policy = {
  readonly drop_overloads?: readonly ClusterLoadAssignment_Policy_DropOverload[] | undefined;
  readonly overprovisioning_factor?: number | undefined;
  readonly endpoint_stale_after?: string | undefined;
  readonly weighted_priority_health?: boolean | undefined;
};
/** envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload */
export type ClusterLoadAssignment_Policy_DropOverload = {
  readonly category?: string | undefined;
  readonly drop_percentage?: FractionalPercent | undefined;
};
/** envoy.config.endpoint.v3.Endpoint */
export type Endpoint = {
  readonly address?: Address | undefined;
  readonly health_check_config?: Endpoint_HealthCheckConfig | undefined;
  readonly hostname?: string | undefined;
  readonly additional_addresses?: readonly Endpoint_AdditionalAddress[] | undefined;
  readonly observability_name?: string | undefined;
};
/** envoy.config.endpoint.v3.Endpoint.AdditionalAddress */
export type Endpoint_AdditionalAddress = {
  readonly address?: Address | undefined;
};
/** envoy.config.endpoint.v3.Endpoint.HealthCheckConfig */
export type Endpoint_HealthCheckConfig = {
  readonly port_value?: number | undefined;
  readonly hostname?: string | undefined;
  readonly address?: Address | undefined;
  readonly disable_active_health_check?: boolean | undefined;
};
/** envoy.config.endpoint.v3.LbEndpoint */
export type LbEndpoint = {
  readonly endpoint?: Endpoint | undefined;
  readonly endpoint_name?: string | undefined;
  readonly health_status?: HealthStatus | undefined;
  readonly metadata?: CoreMetadata | undefined;
  readonly load_balancing_weight?: number | undefined;
};
/** envoy.config.endpoint.v3.LedsClusterLocalityConfig */
export type LedsClusterLocalityConfig = {
  readonly leds_config?: ConfigSource | undefined;
  readonly leds_collection_name?: string | undefined;
};
/** envoy.config.endpoint.v3.LocalityLbEndpoints */
export type LocalityLbEndpoints = {
  readonly locality?: Locality | undefined;
  readonly metadata?: CoreMetadata | undefined;
  readonly lb_endpoints?: readonly LbEndpoint[] | undefined;
  readonly leds_cluster_locality_config?: LedsClusterLocalityConfig | undefined;
  readonly load_balancing_weight?: number | undefined;
  readonly priority?: number | undefined;
  readonly proximity?: number | undefined;
};
/** envoy.config.listener.v3.AdditionalAddress */
export type AdditionalAddress = {
  readonly address?: Address | undefined;
  readonly socket_options?: SocketOptionsOverride | undefined;
  readonly tcp_keepalive?: TcpKeepalive | undefined;
};
/** envoy.config.listener.v3.ApiListener */
export type ApiListener = {
  readonly api_listener?: Any | undefined;
};
/** envoy.config.listener.v3.Filter */
export type ConfigListenerFilter = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
  readonly config_discovery?: ExtensionConfigSource | undefined;
};
/** envoy.config.listener.v3.FilterChain */
export type ListenerFilterChain = {
  readonly filter_chain_match?: FilterChainMatch | undefined;
  readonly filters?: readonly ConfigListenerFilter[] | undefined;
  readonly metadata?: CoreMetadata | undefined;
  readonly transport_socket?: TransportSocket | undefined;
  readonly transport_socket_connect_timeout?: string | undefined;
  readonly name?: string | undefined;
};
/** envoy.config.listener.v3.FilterChainMatch */
export type FilterChainMatch = {
  readonly destination_port?: number | undefined;
  readonly prefix_ranges?: readonly ConfigCoreCidrRange[] | undefined;
  readonly address_suffix?: string | undefined;
  readonly suffix_len?: number | undefined;
  readonly direct_source_prefix_ranges?: readonly ConfigCoreCidrRange[] | undefined;
  readonly source_type?: FilterChainMatch_ConnectionSourceType | undefined;
  readonly source_prefix_ranges?: readonly ConfigCoreCidrRange[] | undefined;
  readonly source_ports?: readonly number[] | undefined;
  readonly server_names?: readonly string[] | undefined;
  readonly transport_protocol?: string | undefined;
  readonly application_protocols?: readonly string[] | undefined;
};
/** envoy.config.listener.v3.Listener */
export type Listener = {
  readonly name?: string | undefined;
  readonly address?: Address | undefined;
  readonly additional_addresses?: readonly AdditionalAddress[] | undefined;
  readonly stat_prefix?: string | undefined;
  readonly stats_matcher?: StatsMatcher | undefined;
  readonly filter_chains?: readonly ListenerFilterChain[] | undefined;
  readonly fcds_config?: Listener_FcdsConfig | undefined;
  readonly filter_chain_matcher?: Matcher | undefined;
  readonly use_original_dst?: boolean | undefined;
  readonly default_filter_chain?: ListenerFilterChain | undefined;
  readonly per_connection_buffer_limit_bytes?: number | undefined;
  readonly per_connection_buffer_high_watermark_timeout?: string | undefined;
  readonly metadata?: CoreMetadata | undefined;
  readonly drain_type?: Listener_DrainType | undefined;
  readonly listener_filters?: readonly ListenerFilter[] | undefined;
  readonly listener_filters_timeout?: string | undefined;
  readonly continue_on_listener_filters_timeout?: boolean | undefined;
  readonly transparent?: boolean | undefined;
  readonly freebind?: boolean | undefined;
  readonly socket_options?: readonly SocketOption[] | undefined;
  readonly tcp_fast_open_queue_length?: number | undefined;
  readonly traffic_direction?: TrafficDirection | undefined;
  readonly udp_listener_config?: UdpListenerConfig | undefined;
  readonly api_listener?: ApiListener | undefined;
  readonly connection_balance_config?: Listener_ConnectionBalanceConfig | undefined;
  readonly enable_reuse_port?: boolean | undefined;
  readonly access_log?: readonly AccessLog[] | undefined;
  readonly tcp_backlog_size?: number | undefined;
  readonly max_connections_to_accept_per_socket_event?: number | undefined;
  readonly bind_to_port?: boolean | undefined;
  readonly internal_listener?: Listener_InternalListenerConfig | undefined;
  readonly enable_mptcp?: boolean | undefined;
  readonly ignore_global_conn_limit?: boolean | undefined;
  readonly bypass_overload_manager?: boolean | undefined;
  readonly tcp_keepalive?: TcpKeepalive | undefined;
};
/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig */
export type Listener_ConnectionBalanceConfig = {
  readonly exact_balance?: Listener_ConnectionBalanceConfig_ExactBalance | undefined;
  readonly extend_balance?: ConfigCoreTypedExtensionConfig | undefined;
  readonly cpu_locality_balance?: Listener_ConnectionBalanceConfig_CpuLocalityBalance | undefined;
};
/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance */
export type Listener_ConnectionBalanceConfig_CpuLocalityBalance = { readonly [field: string]: never };
/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance */
export type Listener_ConnectionBalanceConfig_ExactBalance = { readonly [field: string]: never };
/** envoy.config.listener.v3.Listener.FcdsConfig */
export type Listener_FcdsConfig = {
  readonly name?: string | undefined;
  readonly config_source?: ConfigSource | undefined;
};
/** envoy.config.listener.v3.Listener.InternalListenerConfig */
export type Listener_InternalListenerConfig = { readonly [field: string]: never };
/** envoy.config.listener.v3.ListenerFilter */
export type ListenerFilter = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
  readonly config_discovery?: ExtensionConfigSource | undefined;
  readonly filter_disabled?: ListenerFilterChainMatchPredicate | undefined;
};
/** envoy.config.listener.v3.ListenerFilterChainMatchPredicate */
export type ListenerFilterChainMatchPredicate = {
  readonly or_match?: ListenerFilterChainMatchPredicate_MatchSet | undefined;
  readonly and_match?: ListenerFilterChainMatchPredicate_MatchSet | undefined;
  readonly not_match?: ListenerFilterChainMatchPredicate | undefined;
  readonly any_match?: boolean | undefined;
  readonly destination_port_range?: Int32Range | undefined;
};
/** envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet */
export type ListenerFilterChainMatchPredicate_MatchSet = {
  readonly rules?: readonly ListenerFilterChainMatchPredicate[] | undefined;
};
/** envoy.config.listener.v3.QuicProtocolOptions */
export type ListenerQuicProtocolOptions = {
  readonly quic_protocol_options?: CoreQuicProtocolOptions | undefined;
  readonly idle_timeout?: string | undefined;
  readonly crypto_handshake_timeout?: string | undefined;
  readonly enabled?: RuntimeFeatureFlag | undefined;
  readonly packets_to_read_to_connection_count_ratio?: number | undefined;
  readonly crypto_stream_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly proof_source_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly connection_id_generator_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly server_preferred_address_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly send_disable_active_migration?: boolean | undefined;
  readonly connection_debug_visitor_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly save_cmsg_config?: readonly SocketCmsgHeaders[] | undefined;
  readonly reject_new_connections?: boolean | undefined;
  readonly max_sessions_per_event_loop?: number | undefined;
};
/** envoy.config.listener.v3.UdpListenerConfig */
export type UdpListenerConfig = {
  readonly downstream_socket_config?: UdpSocketConfig | undefined;
  readonly quic_options?: ListenerQuicProtocolOptions | undefined;
  readonly udp_packet_packet_writer_config?: ConfigCoreTypedExtensionConfig | undefined;
};
/** envoy.config.metrics.v3.HistogramBucketSettings */
export type HistogramBucketSettings = {
  readonly match?: EnvoyTypeMatcherStringMatcher | undefined;
  readonly buckets?: readonly number[] | undefined;
  readonly bins?: number | undefined;
};
/** envoy.config.metrics.v3.StatsConfig */
export type StatsConfig = {
  readonly stats_tags?: readonly TagSpecifier[] | undefined;
  readonly use_all_default_tags?: boolean | undefined;
  readonly stats_matcher?: StatsMatcher | undefined;
  readonly histogram_bucket_settings?: readonly HistogramBucketSettings[] | undefined;
  readonly allow_default_tag_overrides?: boolean | undefined;
};
/** envoy.config.metrics.v3.StatsMatcher */
export type StatsMatcher = {
  readonly reject_all?: boolean | undefined;
  readonly exclusion_list?: ListStringMatcher | undefined;
  readonly inclusion_list?: ListStringMatcher | undefined;
};
/** envoy.config.metrics.v3.StatsSink */
export type StatsSink = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.metrics.v3.TagSpecifier */
export type TagSpecifier = {
  readonly tag_name?: string | undefined;
  readonly regex?: string | undefined;
  readonly fixed_value?: string | undefined;
};
/** envoy.config.overload.v3.BufferFactoryConfig */
export type BufferFactoryConfig = {
  readonly minimum_account_to_track_power_of_two?: number | undefined;
};
/** envoy.config.overload.v3.LoadShedPoint */
export type LoadShedPoint = {
  readonly name?: string | undefined;
  readonly triggers?: readonly Trigger[] | undefined;
};
/** envoy.config.overload.v3.OverloadAction */
export type OverloadAction = {
  readonly name?: string | undefined;
  readonly triggers?: readonly Trigger[] | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.overload.v3.OverloadManager */
export type OverloadManager = {
  readonly refresh_interval?: string | undefined;
  readonly resource_monitors?: readonly ResourceMonitor[] | undefined;
  readonly actions?: readonly OverloadAction[] | undefined;
  readonly loadshed_points?: readonly LoadShedPoint[] | undefined;
  readonly buffer_factory_config?: BufferFactoryConfig | undefined;
};
/** envoy.config.overload.v3.ResourceMonitor */
export type ResourceMonitor = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.overload.v3.ScaledTrigger */
export type ScaledTrigger = {
  readonly scaling_threshold?: number | undefined;
  readonly saturation_threshold?: number | undefined;
};
/** envoy.config.overload.v3.ThresholdTrigger */
export type ThresholdTrigger = {
  readonly value?: number | undefined;
};
/** envoy.config.overload.v3.Trigger */
export type Trigger = {
  readonly name?: string | undefined;
  readonly threshold?: ThresholdTrigger | undefined;
  readonly scaled?: ScaledTrigger | undefined;
};
/** envoy.config.ratelimit.v3.RateLimitServiceConfig */
export type RateLimitServiceConfig = {
  readonly grpc_service?: GrpcService | undefined;
  readonly transport_api_version?: ApiVersion | undefined;
};
/** envoy.config.rbac.v3.Permission */
export type Permission = {
  readonly and_rules?: Permission_Set | undefined;
  readonly or_rules?: Permission_Set | undefined;
  readonly any?: boolean | undefined;
  readonly header?: HeaderMatcher | undefined;
  readonly url_path?: PathMatcher | undefined;
  readonly destination_ip?: ConfigCoreCidrRange | undefined;
  readonly destination_port?: number | undefined;
  readonly destination_port_range?: Int32Range | undefined;
  readonly not_rule?: Permission | undefined;
  readonly requested_server_name?: EnvoyTypeMatcherStringMatcher | undefined;
  readonly matcher?: ConfigCoreTypedExtensionConfig | undefined;
  readonly uri_template?: ConfigCoreTypedExtensionConfig | undefined;
  readonly sourced_metadata?: SourcedMetadata | undefined;
};
/** envoy.config.rbac.v3.Permission.Set */
export type Permission_Set = {
  readonly rules?: readonly Permission[] | undefined;
};
/** envoy.config.rbac.v3.Policy */
export type Policy = {
  readonly permissions?: readonly Permission[] | undefined;
  readonly principals?: readonly Principal[] | undefined;
  readonly condition?: Expr | undefined;
  readonly checked_condition?: CheckedExpr | undefined;
  readonly cel_config?: CelExpressionConfig | undefined;
};
/** envoy.config.rbac.v3.Principal */
export type Principal = {
  readonly and_ids?: Principal_Set | undefined;
  readonly or_ids?: Principal_Set | undefined;
  readonly any?: boolean | undefined;
  readonly authenticated?: Principal_Authenticated | undefined;
  readonly direct_remote_ip?: ConfigCoreCidrRange | undefined;
  readonly remote_ip?: ConfigCoreCidrRange | undefined;
  readonly header?: HeaderMatcher | undefined;
  readonly url_path?: PathMatcher | undefined;
  readonly filter_state?: FilterStateMatcher | undefined;
  readonly not_id?: Principal | undefined;
  readonly sourced_metadata?: SourcedMetadata | undefined;
  readonly custom?: ConfigCoreTypedExtensionConfig | undefined;
};
/** envoy.config.rbac.v3.Principal.Authenticated */
export type Principal_Authenticated = {
  readonly principal_name?: EnvoyTypeMatcherStringMatcher | undefined;
};
/** envoy.config.rbac.v3.Principal.Set */
export type Principal_Set = {
  readonly ids?: readonly Principal[] | undefined;
};
/** envoy.config.rbac.v3.RBAC */
export type ConfigRbacRBAC = {
  readonly action?: RBAC_Action | undefined;
  readonly policies?: Readonly<Record<string, Policy>> | undefined;
  readonly audit_logging_options?: RBAC_AuditLoggingOptions | undefined;
};
/** envoy.config.rbac.v3.RBAC.AuditLoggingOptions */
export type RBAC_AuditLoggingOptions = {
  readonly audit_condition?: RBAC_AuditLoggingOptions_AuditCondition | undefined;
  readonly logger_configs?: readonly RBAC_AuditLoggingOptions_AuditLoggerConfig[] | undefined;
};
/** envoy.config.rbac.v3.RBAC.AuditLoggingOptions.AuditLoggerConfig */
export type RBAC_AuditLoggingOptions_AuditLoggerConfig = {
  readonly audit_logger?: ConfigCoreTypedExtensionConfig | undefined;
  readonly is_optional?: boolean | undefined;
};
/** envoy.config.rbac.v3.SourcedMetadata */
export type SourcedMetadata = {
  readonly metadata_matcher?: MetadataMatcher | undefined;
  readonly metadata_source?: MetadataSource | undefined;
};
/** envoy.config.route.v3.ClusterSpecifierPlugin */
export type ClusterSpecifierPlugin = {
  readonly extension?: ConfigCoreTypedExtensionConfig | undefined;
  readonly is_optional?: boolean | undefined;
};
/** envoy.config.route.v3.CookieMatcher */
export type CookieMatcher = {
  readonly name?: string | undefined;
  readonly string_match?: EnvoyTypeMatcherStringMatcher | undefined;
  readonly invert_match?: boolean | undefined;
};
/** envoy.config.route.v3.Decorator */
export type Decorator = {
  readonly operation?: string | undefined;
  readonly propagate?: boolean | undefined;
};
/** envoy.config.route.v3.DirectResponseAction */
export type DirectResponseAction = {
  readonly status?: number | undefined;
  readonly body?: DataSource | undefined;
  readonly body_format?: SubstitutionFormatString | undefined;
};
/** envoy.config.route.v3.FilterAction */
export type FilterAction = {
  readonly action?: Any | undefined;
};
/** envoy.config.route.v3.HeaderMatcher */
export type HeaderMatcher = {
  readonly name?: string | undefined;
  readonly range_match?: Int64Range | undefined;
  readonly present_match?: boolean | undefined;
  readonly string_match?: EnvoyTypeMatcherStringMatcher | undefined;
  readonly invert_match?: boolean | undefined;
  readonly treat_missing_header_as_empty?: boolean | undefined;
};
/** envoy.config.route.v3.HedgePolicy */
export type HedgePolicy = {
  readonly initial_requests?: number | undefined;
  readonly additional_request_chance?: FractionalPercent | undefined;
  readonly hedge_on_per_try_timeout?: boolean | undefined;
};
/** envoy.config.route.v3.InternalRedirectPolicy */
export type InternalRedirectPolicy = {
  readonly max_internal_redirects?: number | undefined;
  readonly redirect_response_codes?: readonly number[] | undefined;
  readonly predicates?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
  readonly allow_cross_scheme_redirect?: boolean | undefined;
  readonly response_headers_to_copy?: readonly string[] | undefined;
};
/** envoy.config.route.v3.NonForwardingAction */
export type NonForwardingAction = { readonly [field: string]: never };
/** envoy.config.route.v3.QueryParameterMatcher */
export type QueryParameterMatcher = {
  readonly name?: string | undefined;
  readonly string_match?: EnvoyTypeMatcherStringMatcher | undefined;
  readonly present_match?: boolean | undefined;
};
/** envoy.config.route.v3.RateLimit */
export type RouteRateLimit = {
  readonly stage?: number | undefined;
  readonly disable_key?: string | undefined;
  readonly actions?: readonly RateLimit_Action[] | undefined;
  readonly limit?: RateLimit_Override | undefined;
  readonly hits_addend?: RateLimit_HitsAddend | undefined;
  readonly apply_on_stream_done?: boolean | undefined;
  readonly x_ratelimit_option?: RateLimit_XRateLimitOption | undefined;
};
/** envoy.config.route.v3.RateLimit.Action */
export type RateLimit_Action = {
  readonly source_cluster?: RateLimit_Action_SourceCluster | undefined;
  readonly destination_cluster?: RateLimit_Action_DestinationCluster | undefined;
  readonly request_headers?: RateLimit_Action_RequestHeaders | undefined;
  readonly query_parameters?: RateLimit_Action_QueryParameters | undefined;
  readonly remote_address?: RateLimit_Action_RemoteAddress | undefined;
  readonly generic_key?: RateLimit_Action_GenericKey | undefined;
  readonly header_value_match?: RateLimit_Action_HeaderValueMatch | undefined;
  readonly metadata?: RateLimit_Action_MetaData | undefined;
  readonly extension?: ConfigCoreTypedExtensionConfig | undefined;
  readonly masked_remote_address?: RateLimit_Action_MaskedRemoteAddress | undefined;
  readonly query_parameter_value_match?: RateLimit_Action_QueryParameterValueMatch | undefined;
  readonly remote_address_match?: RateLimit_Action_RemoteAddressMatch | undefined;
};
/** envoy.config.route.v3.RateLimit.Action.DestinationCluster */
export type RateLimit_Action_DestinationCluster = { readonly [field: string]: never };
/** envoy.config.route.v3.RateLimit.Action.GenericKey */
export type RateLimit_Action_GenericKey = {
  readonly descriptor_value?: string | undefined;
  readonly default_value?: string | undefined;
  readonly descriptor_key?: string | undefined;
};
/** envoy.config.route.v3.RateLimit.Action.HeaderValueMatch */
export type RateLimit_Action_HeaderValueMatch = {
  readonly descriptor_value?: string | undefined;
  readonly default_value?: string | undefined;
  readonly descriptor_key?: string | undefined;
  readonly expect_match?: boolean | undefined;
  readonly headers?: readonly HeaderMatcher[] | undefined;
};
/** envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress */
export type RateLimit_Action_MaskedRemoteAddress = {
  readonly v4_prefix_mask_len?: number | undefined;
  readonly v6_prefix_mask_len?: number | undefined;
};
/** envoy.config.route.v3.RateLimit.Action.MetaData */
export type RateLimit_Action_MetaData = {
  readonly descriptor_key?: string | undefined;
  readonly metadata_key?: MetadataKey | undefined;
  readonly default_value?: string | undefined;
  readonly source?: RateLimit_Action_MetaData_Source | undefined;
  readonly skip_if_absent?: boolean | undefined;
};
/** envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch */
export type RateLimit_Action_QueryParameterValueMatch = {
  readonly descriptor_value?: string | undefined;
  readonly default_value?: string | undefined;
  readonly descriptor_key?: string | undefined;
  readonly expect_match?: boolean | undefined;
  readonly query_parameters?: readonly QueryParameterMatcher[] | undefined;
};
/** envoy.config.route.v3.RateLimit.Action.QueryParameters */
export type RateLimit_Action_QueryParameters = {
  readonly query_parameter_name?: string | undefined;
  readonly descriptor_key?: string | undefined;
  readonly skip_if_absent?: boolean | undefined;
};
/** envoy.config.route.v3.RateLimit.Action.RemoteAddress */
export type RateLimit_Action_RemoteAddress = { readonly [field: string]: never };
/** envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch */
export type RateLimit_Action_RemoteAddressMatch = {
  readonly descriptor_value?: string | undefined;
  readonly descriptor_key?: string | undefined;
  readonly default_value?: string | undefined;
  readonly address_matcher?: AddressMatcher | undefined;
};
/** envoy.config.route.v3.RateLimit.Action.RequestHeaders */
export type RateLimit_Action_RequestHeaders = {
  readonly header_name?: string | undefined;
  readonly descriptor_key?: string | undefined;
  readonly skip_if_absent?: boolean | undefined;
};
/** envoy.config.route.v3.RateLimit.Action.SourceCluster */
export type RateLimit_Action_SourceCluster = { readonly [field: string]: never };
/** envoy.config.route.v3.RateLimit.HitsAddend */
export type RateLimit_HitsAddend = {
  readonly number?: number | string | undefined;
  readonly format?: string | undefined;
  readonly is_negative_hits?: boolean | undefined;
};
/** envoy.config.route.v3.RateLimit.Override */
export type RateLimit_Override = {
  readonly dynamic_metadata?: RateLimit_Override_DynamicMetadata | undefined;
  readonly rate_limit?: RateLimit_Override_RateLimitOverride | undefined;
};
/** envoy.config.route.v3.RateLimit.Override.DynamicMetadata */
export type RateLimit_Override_DynamicMetadata = {
  readonly metadata_key?: MetadataKey | undefined;
};
/** envoy.config.route.v3.RateLimit.Override.RateLimitOverride */
export type RateLimit_Override_RateLimitOverride = {
  readonly requests_per_unit?: number | undefined;
  readonly unit?: RateLimitUnit | undefined;
};
/** envoy.config.route.v3.RedirectAction */
export type RedirectAction = {
  readonly https_redirect?: boolean | undefined;
  readonly scheme_redirect?: string | undefined;
  readonly host_redirect?: string | undefined;
  readonly port_redirect?: number | undefined;
  readonly path_redirect?: string | undefined;
  readonly prefix_rewrite?: string | undefined;
  readonly regex_rewrite?: RegexMatchAndSubstitute | undefined;
  readonly path_rewrite?: string | undefined;
  readonly response_code?: RedirectAction_RedirectResponseCode | undefined;
  readonly strip_query?: boolean | undefined;
};
/** envoy.config.route.v3.RetryPolicy */
export type RouteRetryPolicy = {
  readonly retry_on?: string | undefined;
  readonly num_retries?: number | undefined;
  readonly per_try_timeout?: string | undefined;
  readonly per_try_idle_timeout?: string | undefined;
  readonly retry_priority?: RouteRetryPolicy_RetryPriority | undefined;
  readonly retry_host_predicate?: readonly RouteRetryPolicy_RetryHostPredicate[] | undefined;
  readonly retry_options_predicates?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
  readonly host_selection_retry_max_attempts?: number | string | undefined;
  readonly retriable_status_codes?: readonly number[] | undefined;
  readonly retry_back_off?: RetryPolicy_RetryBackOff | undefined;
  readonly rate_limited_retry_back_off?: RetryPolicy_RateLimitedRetryBackOff | undefined;
  readonly retriable_headers?: readonly HeaderMatcher[] | undefined;
  readonly retriable_request_headers?: readonly HeaderMatcher[] | undefined;
  readonly refresh_cluster_on_retry?: boolean | undefined;
};
/** envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff */
export type RetryPolicy_RateLimitedRetryBackOff = {
  readonly reset_headers?: readonly RetryPolicy_ResetHeader[] | undefined;
  readonly max_interval?: string | undefined;
};
/** envoy.config.route.v3.RetryPolicy.ResetHeader */
export type RetryPolicy_ResetHeader = {
  readonly name?: string | undefined;
  readonly format?: RetryPolicy_ResetHeaderFormat | undefined;
};
/** envoy.config.route.v3.RetryPolicy.RetryBackOff */
export type RetryPolicy_RetryBackOff = {
  readonly base_interval?: string | undefined;
  readonly max_interval?: string | undefined;
};
/** envoy.config.route.v3.RetryPolicy.RetryHostPredicate */
export type RouteRetryPolicy_RetryHostPredicate = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.route.v3.RetryPolicy.RetryPriority */
export type RouteRetryPolicy_RetryPriority = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.route.v3.Route */
export type Route = {
  readonly name?: string | undefined;
  readonly match?: RouteMatch | undefined;
  readonly route?: RouteAction | undefined;
  readonly redirect?: RedirectAction | undefined;
  readonly direct_response?: DirectResponseAction | undefined;
  readonly filter_action?: FilterAction | undefined;
  readonly non_forwarding_action?: NonForwardingAction | undefined;
  readonly metadata?: CoreMetadata | undefined;
  readonly decorator?: Decorator | undefined;
  readonly typed_per_filter_config?: Readonly<Record<string, Any>> | undefined;
  readonly request_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly request_headers_to_remove?: readonly string[] | undefined;
  readonly response_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly response_headers_to_remove?: readonly string[] | undefined;
  readonly tracing?: Tracing | undefined;
  readonly stat_prefix?: string | undefined;
  readonly request_body_buffer_limit?: number | string | undefined;
  readonly route_specifiers?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
};
/** envoy.config.route.v3.RouteAction */
export type RouteAction = {
  readonly cluster?: string | undefined;
  readonly cluster_header?: string | undefined;
  readonly weighted_clusters?: WeightedCluster | undefined;
  readonly cluster_specifier_plugin?: string | undefined;
  readonly inline_cluster_specifier_plugin?: ClusterSpecifierPlugin | undefined;
  readonly cluster_not_found_response_code?: RouteAction_ClusterNotFoundResponseCode | undefined;
  readonly metadata_match?: CoreMetadata | undefined;
  readonly prefix_rewrite?: string | undefined;
  readonly regex_rewrite?: RegexMatchAndSubstitute | undefined;
  readonly path_rewrite_policy?: ConfigCoreTypedExtensionConfig | undefined;
  readonly path_rewrite?: string | undefined;
  readonly host_rewrite_literal?: string | undefined;
  readonly auto_host_rewrite?: boolean | undefined;
  readonly host_rewrite_header?: string | undefined;
  readonly host_rewrite_path_regex?: RegexMatchAndSubstitute | undefined;
  readonly host_rewrite?: string | undefined;
  readonly append_x_forwarded_host?: boolean | undefined;
  readonly timeout?: string | undefined;
  readonly idle_timeout?: string | undefined;
  readonly flush_timeout?: string | undefined;
  readonly early_data_policy?: ConfigCoreTypedExtensionConfig | undefined;
  readonly retry_policy?: RouteRetryPolicy | undefined;
  readonly retry_policy_typed_config?: Any | undefined;
  readonly request_mirror_policies?: readonly RouteAction_RequestMirrorPolicy[] | undefined;
  readonly priority?: RoutingPriority | undefined;
  readonly rate_limits?: readonly RouteRateLimit[] | undefined;
  readonly hash_policy?: readonly RouteAction_HashPolicy[] | undefined;
  readonly upgrade_configs?: readonly RouteAction_UpgradeConfig[] | undefined;
  readonly internal_redirect_policy?: InternalRedirectPolicy | undefined;
  readonly hedge_policy?: HedgePolicy | undefined;
  readonly max_stream_duration?: RouteAction_MaxStreamDuration | undefined;
};
/** envoy.config.route.v3.RouteAction.HashPolicy */
export type RouteAction_HashPolicy = {
  readonly header?: RouteAction_HashPolicy_Header | undefined;
  readonly cookie?: RouteAction_HashPolicy_Cookie | undefined;
  readonly connection_properties?: RouteAction_HashPolicy_ConnectionProperties | undefined;
  readonly query_parameter?: RouteAction_HashPolicy_QueryParameter | undefined;
  readonly filter_state?: RouteAction_HashPolicy_FilterState | undefined;
  readonly terminal?: boolean | undefined;
};
/** envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties */
export type RouteAction_HashPolicy_ConnectionProperties = {
  readonly source_ip?: boolean | undefined;
};
/** envoy.config.route.v3.RouteAction.HashPolicy.Cookie */
export type RouteAction_HashPolicy_Cookie = {
  readonly name?: string | undefined;
  readonly ttl?: string | undefined;
  readonly path?: string | undefined;
  readonly attributes?: readonly RouteAction_HashPolicy_CookieAttribute[] | undefined;
};
/** envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute */
export type RouteAction_HashPolicy_CookieAttribute = {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
};
/** envoy.config.route.v3.RouteAction.HashPolicy.FilterState */
export type RouteAction_HashPolicy_FilterState = {
  readonly key?: string | undefined;
};
/** envoy.config.route.v3.RouteAction.HashPolicy.Header */
export type RouteAction_HashPolicy_Header = {
  readonly header_name?: string | undefined;
  readonly regex_rewrite?: RegexMatchAndSubstitute | undefined;
};
/** envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter */
export type RouteAction_HashPolicy_QueryParameter = {
  readonly name?: string | undefined;
};
/** envoy.config.route.v3.RouteAction.MaxStreamDuration */
export type RouteAction_MaxStreamDuration = {
  readonly max_stream_duration?: string | undefined;
  readonly grpc_timeout_header_max?: string | undefined;
  readonly grpc_timeout_header_offset?: string | undefined;
};
/** envoy.config.route.v3.RouteAction.RequestMirrorPolicy */
export type RouteAction_RequestMirrorPolicy = {
  readonly cluster?: string | undefined;
  readonly cluster_header?: string | undefined;
  readonly runtime_fraction?: RuntimeFractionalPercent | undefined;
  readonly trace_sampled?: boolean | undefined;
  readonly disable_shadow_host_suffix_append?: boolean | undefined;
  readonly request_headers_mutations?: readonly MutationRulesHeaderMutation[] | undefined;
  readonly host_rewrite_literal?: string | undefined;
};
/** envoy.config.route.v3.RouteAction.UpgradeConfig */
export type RouteAction_UpgradeConfig = {
  readonly upgrade_type?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly connect_config?: RouteAction_UpgradeConfig_ConnectConfig | undefined;
};
/** envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig */
export type RouteAction_UpgradeConfig_ConnectConfig = {
  readonly proxy_protocol_config?: ProxyProtocolConfig | undefined;
  readonly allow_post?: boolean | undefined;
};
/** envoy.config.route.v3.RouteConfiguration */
export type RouteConfiguration = {
  readonly name?: string | undefined;
  readonly virtual_hosts?: readonly VirtualHost[] | undefined;
  readonly vhds?: Vhds | undefined;
  readonly internal_only_headers?: readonly string[] | undefined;
  readonly response_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly response_headers_to_remove?: readonly string[] | undefined;
  readonly request_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly request_headers_to_remove?: readonly string[] | undefined;
  readonly most_specific_header_mutations_wins?: boolean | undefined;
  readonly validate_clusters?: boolean | undefined;
  readonly max_direct_response_body_size_bytes?: number | undefined;
  readonly cluster_specifier_plugins?: readonly ClusterSpecifierPlugin[] | undefined;
  readonly request_mirror_policies?: readonly RouteAction_RequestMirrorPolicy[] | undefined;
  readonly ignore_port_in_host_matching?: boolean | undefined;
  readonly vhost_header?: string | undefined;
  readonly ignore_path_parameters_in_path_matching?: boolean | undefined;
  readonly typed_per_filter_config?: Readonly<Record<string, Any>> | undefined;
  readonly metadata?: CoreMetadata | undefined;
  readonly route_specifiers?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
};
/** envoy.config.route.v3.RouteMatch */
export type RouteMatch = {
  readonly prefix?: string | undefined;
  readonly path?: string | undefined;
  readonly safe_regex?: EnvoyTypeMatcherRegexMatcher | undefined;
  readonly connect_matcher?: RouteMatch_ConnectMatcher | undefined;
  readonly path_separated_prefix?: string | undefined;
  readonly path_match_policy?: ConfigCoreTypedExtensionConfig | undefined;
  readonly case_sensitive?: boolean | undefined;
  readonly runtime_fraction?: RuntimeFractionalPercent | undefined;
  readonly headers?: readonly HeaderMatcher[] | undefined;
  readonly query_parameters?: readonly QueryParameterMatcher[] | undefined;
  readonly cookies?: readonly CookieMatcher[] | undefined;
  readonly grpc?: RouteMatch_GrpcRouteMatchOptions | undefined;
  readonly tls_context?: RouteMatch_TlsContextMatchOptions | undefined;
  readonly dynamic_metadata?: readonly MetadataMatcher[] | undefined;
  readonly filter_state?: readonly FilterStateMatcher[] | undefined;
};
/** envoy.config.route.v3.RouteMatch.ConnectMatcher */
export type RouteMatch_ConnectMatcher = { readonly [field: string]: never };
/** envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions */
export type RouteMatch_GrpcRouteMatchOptions = { readonly [field: string]: never };
/** envoy.config.route.v3.RouteMatch.TlsContextMatchOptions */
export type RouteMatch_TlsContextMatchOptions = {
  readonly presented?: boolean | undefined;
  readonly validated?: boolean | undefined;
};
/** envoy.config.route.v3.ScopedRouteConfiguration */
export type ScopedRouteConfiguration = {
  readonly on_demand?: boolean | undefined;
  readonly name?: string | undefined;
  readonly route_configuration_name?: string | undefined;
  readonly route_configuration?: RouteConfiguration | undefined;
  readonly key?: ScopedRouteConfiguration_Key | undefined;
};
/** envoy.config.route.v3.ScopedRouteConfiguration.Key */
export type ScopedRouteConfiguration_Key = {
  readonly fragments?: readonly ScopedRouteConfiguration_Key_Fragment[] | undefined;
};
/** envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment */
export type ScopedRouteConfiguration_Key_Fragment = {
  readonly string_key?: string | undefined;
};
/** envoy.config.route.v3.Tracing */
export type Tracing = {
  readonly client_sampling?: FractionalPercent | undefined;
  readonly random_sampling?: FractionalPercent | undefined;
  readonly overall_sampling?: FractionalPercent | undefined;
  readonly custom_tags?: readonly CustomTag[] | undefined;
  readonly operation?: string | undefined;
  readonly upstream_operation?: string | undefined;
};
/** envoy.config.route.v3.Vhds */
export type Vhds = {
  readonly config_source?: ConfigSource | undefined;
};
/** envoy.config.route.v3.VirtualCluster */
export type VirtualCluster = {
  readonly headers?: readonly HeaderMatcher[] | undefined;
  readonly name?: string | undefined;
};
/** envoy.config.route.v3.VirtualHost */
export type VirtualHost = {
  readonly name?: string | undefined;
  readonly domains?: readonly string[] | undefined;
  readonly routes?: readonly Route[] | undefined;
  readonly matcher?: Matcher | undefined;
  readonly require_tls?: VirtualHost_TlsRequirementType | undefined;
  readonly virtual_clusters?: readonly VirtualCluster[] | undefined;
  readonly rate_limits?: readonly RouteRateLimit[] | undefined;
  readonly request_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly request_headers_to_remove?: readonly string[] | undefined;
  readonly response_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly response_headers_to_remove?: readonly string[] | undefined;
  readonly typed_per_filter_config?: Readonly<Record<string, Any>> | undefined;
  readonly include_request_attempt_count?: boolean | undefined;
  readonly include_attempt_count_in_response?: boolean | undefined;
  readonly retry_policy?: RouteRetryPolicy | undefined;
  readonly retry_policy_typed_config?: Any | undefined;
  readonly hedge_policy?: HedgePolicy | undefined;
  readonly include_is_timeout_retry_header?: boolean | undefined;
  readonly request_body_buffer_limit?: number | string | undefined;
  readonly request_mirror_policies?: readonly RouteAction_RequestMirrorPolicy[] | undefined;
  readonly metadata?: CoreMetadata | undefined;
  readonly route_specifiers?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
};
/** envoy.config.route.v3.WeightedCluster */
export type WeightedCluster = {
  readonly clusters?: readonly WeightedCluster_ClusterWeight[] | undefined;
  readonly runtime_key_prefix?: string | undefined;
  readonly header_name?: string | undefined;
  readonly use_hash_policy?: boolean | undefined;
};
/** envoy.config.route.v3.WeightedCluster.ClusterWeight */
export type WeightedCluster_ClusterWeight = {
  readonly name?: string | undefined;
  readonly cluster_header?: string | undefined;
  readonly weight?: number | undefined;
  readonly metadata_match?: CoreMetadata | undefined;
  readonly request_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly request_headers_to_remove?: readonly string[] | undefined;
  readonly response_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly response_headers_to_remove?: readonly string[] | undefined;
  readonly typed_per_filter_config?: Readonly<Record<string, Any>> | undefined;
  readonly host_rewrite_literal?: string | undefined;
};
/** envoy.config.trace.v3.ClientConfig */
export type ClientConfig = {
  readonly service_name?: string | undefined;
  readonly instance_name?: string | undefined;
  readonly backend_token?: Text | undefined;
  readonly max_cache_size?: number | undefined;
};
/** envoy.config.trace.v3.OpenTelemetryConfig */
export type OpenTelemetryConfig = {
  readonly grpc_service?: GrpcService | undefined;
  readonly http_service?: CoreHttpService | undefined;
  readonly exporter?: ConfigCoreTypedExtensionConfig | undefined;
  readonly service_name?: string | undefined;
  readonly resource_detectors?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
  readonly sampler?: ConfigCoreTypedExtensionConfig | undefined;
  readonly max_cache_size?: number | undefined;
  readonly set_telemetry_sdk_resource_attributes?: boolean | undefined;
  readonly set_service_name_resource_attribute?: boolean | undefined;
  readonly set_instrumentation_scope?: boolean | undefined;
};
/** envoy.config.trace.v3.SkyWalkingConfig */
export type SkyWalkingConfig = {
  readonly grpc_service?: GrpcService | undefined;
  readonly client_config?: ClientConfig | undefined;
};
/** envoy.config.trace.v3.Tracing.Http */
export type Tracing_Http = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** envoy.config.trace.v3.ZipkinConfig */
export type ZipkinConfig = {
  readonly collector_cluster?: string | undefined;
  readonly collector_endpoint?: string | undefined;
  readonly trace_id_128bit?: boolean | undefined;
  readonly shared_span_context?: boolean | undefined;
  readonly collector_endpoint_version?: ZipkinConfig_CollectorEndpointVersion | undefined;
  readonly collector_hostname?: string | undefined;
  readonly trace_context_option?: ZipkinConfig_TraceContextOption | undefined;
  readonly collector_service?: CoreHttpService | undefined;
  readonly timestamp_trace_ids?: boolean | undefined;
};
/** envoy.extensions.access_loggers.file.v3.FileAccessLog */
export type FileAccessLog = {
  readonly path?: string | undefined;
  readonly log_format?: SubstitutionFormatString | undefined;
};
/** envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig */
export type CommonGrpcAccessLogConfig = {
  readonly log_name?: string | undefined;
  readonly grpc_service?: GrpcService | undefined;
  readonly transport_api_version?: ApiVersion | undefined;
  readonly buffer_flush_interval?: string | undefined;
  readonly buffer_size_bytes?: number | undefined;
  readonly filter_state_objects_to_log?: readonly string[] | undefined;
  readonly grpc_stream_retry_policy?: CoreRetryPolicy | undefined;
  readonly custom_tags?: readonly CustomTag[] | undefined;
};
/** envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig */
export type HttpGrpcAccessLogConfig = {
  readonly common_config?: CommonGrpcAccessLogConfig | undefined;
  readonly additional_request_headers_to_log?: readonly string[] | undefined;
  readonly additional_response_headers_to_log?: readonly string[] | undefined;
  readonly additional_response_trailers_to_log?: readonly string[] | undefined;
};
/** envoy.extensions.access_loggers.stats.v3.Config */
export type AccessLoggersStatsConfig = {
  readonly stats_scope?: Scope | undefined;
  readonly histograms?: readonly Config_Histogram[] | undefined;
  readonly counters?: readonly Config_Counter[] | undefined;
  readonly gauges?: readonly Config_Gauge[] | undefined;
};
/** envoy.extensions.access_loggers.stats.v3.Config.Counter */
export type Config_Counter = {
  readonly stat?: Config_Stat | undefined;
  readonly value_format?: string | undefined;
  readonly value_fixed?: number | string | undefined;
};
/** envoy.extensions.access_loggers.stats.v3.Config.Gauge */
export type Config_Gauge = {
  readonly stat?: Config_Stat | undefined;
  readonly value_format?: string | undefined;
  readonly value_fixed?: number | string | undefined;
  readonly add_subtract?: Config_Gauge_PairedAddSubtract | undefined;
  readonly set?: Config_Gauge_Set | undefined;
};
/** envoy.extensions.access_loggers.stats.v3.Config.Gauge.PairedAddSubtract */
export type Config_Gauge_PairedAddSubtract = {
  readonly add_log_type?: AccessLogType | undefined;
  readonly sub_log_type?: AccessLogType | undefined;
};
/** envoy.extensions.access_loggers.stats.v3.Config.Gauge.Set */
export type Config_Gauge_Set = {
  readonly log_type?: AccessLogType | undefined;
};
/** envoy.extensions.access_loggers.stats.v3.Config.Histogram */
export type Config_Histogram = {
  readonly stat?: Config_Stat | undefined;
  readonly unit?: Config_Histogram_Unit | undefined;
  readonly value_format?: string | undefined;
};
/** envoy.extensions.access_loggers.stats.v3.Config.Stat */
export type Config_Stat = {
  readonly name?: string | undefined;
  readonly tags?: readonly Config_Tag[] | undefined;
};
/** envoy.extensions.access_loggers.stats.v3.Config.Tag */
export type Config_Tag = {
  readonly name?: string | undefined;
  readonly value_format?: string | undefined;
  readonly rules?: Matcher | undefined;
};
/** envoy.extensions.access_loggers.stream.v3.StdoutAccessLog */
export type StdoutAccessLog = {
  readonly log_format?: SubstitutionFormatString | undefined;
};
/** envoy.extensions.clusters.dns.v3.DnsCluster */
export type DnsCluster = {
  readonly dns_refresh_rate?: string | undefined;
  readonly dns_failure_refresh_rate?: DnsCluster_RefreshRate | undefined;
  readonly respect_dns_ttl?: boolean | undefined;
  readonly dns_jitter?: string | undefined;
  readonly typed_dns_resolver_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly dns_lookup_family?: DnsLookupFamily | undefined;
  readonly all_addresses_in_single_endpoint?: boolean | undefined;
  readonly dns_min_refresh_rate?: string | undefined;
};
/** envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate */
export type DnsCluster_RefreshRate = {
  readonly base_interval?: string | undefined;
  readonly max_interval?: string | undefined;
};
/** envoy.extensions.common.aws.v3.AssumeRoleCredentialProvider */
export type AssumeRoleCredentialProvider = {
  readonly role_arn?: string | undefined;
  readonly role_session_name?: string | undefined;
  readonly external_id?: string | undefined;
  readonly session_duration?: string | undefined;
  readonly credential_provider?: AwsCredentialProvider | undefined;
};
/** envoy.extensions.common.aws.v3.AssumeRoleWithWebIdentityCredentialProvider */
export type AssumeRoleWithWebIdentityCredentialProvider = {
  readonly web_identity_token_data_source?: DataSource | undefined;
  readonly role_arn?: string | undefined;
  readonly role_session_name?: string | undefined;
};
/** envoy.extensions.common.aws.v3.AwsCredentialProvider */
export type AwsCredentialProvider = {
  readonly assume_role_with_web_identity_provider?: AssumeRoleWithWebIdentityCredentialProvider | undefined;
  readonly inline_credential?: InlineCredentialProvider | undefined;
  readonly credentials_file_provider?: CredentialsFileCredentialProvider | undefined;
  readonly custom_credential_provider_chain?: boolean | undefined;
  readonly iam_roles_anywhere_credential_provider?: IAMRolesAnywhereCredentialProvider | undefined;
  readonly config_credential_provider?: ConfigCredentialProvider | undefined;
  readonly container_credential_provider?: ContainerCredentialProvider | undefined;
  readonly environment_credential_provider?: EnvironmentCredentialProvider | undefined;
  readonly instance_profile_credential_provider?: InstanceProfileCredentialProvider | undefined;
  readonly assume_role_credential_provider?: AssumeRoleCredentialProvider | undefined;
};
/** envoy.extensions.common.aws.v3.ConfigCredentialProvider */
export type ConfigCredentialProvider = { readonly [field: string]: never };
/** envoy.extensions.common.aws.v3.ContainerCredentialProvider */
export type ContainerCredentialProvider = { readonly [field: string]: never };
/** envoy.extensions.common.aws.v3.CredentialsFileCredentialProvider */
export type CredentialsFileCredentialProvider = {
  readonly credentials_data_source?: DataSource | undefined;
  readonly profile?: string | undefined;
};
/** envoy.extensions.common.aws.v3.EnvironmentCredentialProvider */
export type EnvironmentCredentialProvider = { readonly [field: string]: never };
/** envoy.extensions.common.aws.v3.IAMRolesAnywhereCredentialProvider */
export type IAMRolesAnywhereCredentialProvider = {
  readonly role_arn?: string | undefined;
  readonly certificate?: DataSource | undefined;
  readonly certificate_chain?: DataSource | undefined;
  readonly private_key?: DataSource | undefined;
  readonly trust_anchor_arn?: string | undefined;
  readonly profile_arn?: string | undefined;
  readonly role_session_name?: string | undefined;
  readonly session_duration?: string | undefined;
};
/** envoy.extensions.common.aws.v3.InlineCredentialProvider */
export type InlineCredentialProvider = {
  readonly access_key_id?: string | undefined;
  readonly secret_access_key?: Text | undefined;
  readonly session_token?: Text | undefined;
};
/** envoy.extensions.common.aws.v3.InstanceProfileCredentialProvider */
export type InstanceProfileCredentialProvider = { readonly [field: string]: never };
/** envoy.extensions.common.ratelimit.v3.LocalClusterRateLimit */
export type LocalClusterRateLimit = { readonly [field: string]: never };
/** envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor */
export type LocalRateLimitDescriptor = {
  readonly entries?: readonly RateLimitDescriptor_Entry[] | undefined;
  readonly token_bucket?: TokenBucket | undefined;
  readonly shadow_mode?: boolean | undefined;
};
/** envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry */
export type RateLimitDescriptor_Entry = {
  readonly key?: string | undefined;
  readonly value?: string | undefined;
};
/** envoy.extensions.compression.brotli.compressor.v3.Brotli */
export type Brotli = {
  readonly quality?: number | undefined;
  readonly encoder_mode?: Brotli_EncoderMode | undefined;
  readonly window_bits?: number | undefined;
  readonly input_block_bits?: number | undefined;
  readonly chunk_size?: number | undefined;
  readonly disable_literal_context_modeling?: boolean | undefined;
};
/** envoy.extensions.compression.gzip.compressor.v3.Gzip */
export type CompressorGzip = {
  readonly memory_level?: number | undefined;
  readonly compression_level?: Gzip_CompressionLevel | undefined;
  readonly compression_strategy?: Gzip_CompressionStrategy | undefined;
  readonly window_bits?: number | undefined;
  readonly chunk_size?: number | undefined;
};
/** envoy.extensions.compression.gzip.decompressor.v3.Gzip */
export type DecompressorGzip = {
  readonly window_bits?: number | undefined;
  readonly chunk_size?: number | undefined;
  readonly max_inflate_ratio?: number | undefined;
};
/** envoy.extensions.compression.zstd.compressor.v3.Zstd */
export type Zstd = {
  readonly compression_level?: number | undefined;
  readonly enable_checksum?: boolean | undefined;
  readonly strategy?: Zstd_Strategy | undefined;
  readonly dictionary?: DataSource | undefined;
  readonly chunk_size?: number | undefined;
};
/** envoy.extensions.content_parsers.json.v3.JsonContentParser */
export type JsonContentParser = {
  readonly rules?: readonly JsonContentParser_RuleConfig[] | undefined;
};
/** envoy.extensions.content_parsers.json.v3.JsonContentParser.RuleConfig */
export type JsonContentParser_RuleConfig = {
  readonly rule?: JsonToMetadata_Rule | undefined;
  readonly stop_processing_after_matches?: number | undefined;
};
/** envoy.extensions.filters.common.fault.v3.FaultDelay */
export type FaultDelay = {
  readonly fixed_delay?: string | undefined;
  readonly header_delay?: FaultDelay_HeaderDelay | undefined;
  readonly percentage?: FractionalPercent | undefined;
};
/** envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay */
export type FaultDelay_HeaderDelay = { readonly [field: string]: never };
/** envoy.extensions.filters.common.fault.v3.FaultRateLimit */
export type FaultRateLimit = {
  readonly fixed_limit?: FaultRateLimit_FixedLimit | undefined;
  readonly header_limit?: FaultRateLimit_HeaderLimit | undefined;
  readonly percentage?: FractionalPercent | undefined;
};
/** envoy.extensions.filters.common.fault.v3.FaultRateLimit.FixedLimit */
export type FaultRateLimit_FixedLimit = {
  readonly limit_kbps?: number | string | undefined;
};
/** envoy.extensions.filters.common.fault.v3.FaultRateLimit.HeaderLimit */
export type FaultRateLimit_HeaderLimit = { readonly [field: string]: never };
/** envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue */
export type FilterStateValue = {
  readonly object_key?: string | undefined;
  readonly factory_key?: string | undefined;
  readonly format_string?: SubstitutionFormatString | undefined;
  readonly shared_with_upstream?: FilterStateValue_SharedWithUpstream | undefined;
  readonly skip_if_empty?: boolean | undefined;
};
/** envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth */
export type ApiKeyAuth = {
  readonly credentials?: readonly Credential[] | undefined;
  readonly key_sources?: readonly KeySource[] | undefined;
  readonly forwarding?: Forwarding | undefined;
};
/** envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute */
export type ApiKeyAuthPerRoute = {
  readonly credentials?: readonly Credential[] | undefined;
  readonly key_sources?: readonly KeySource[] | undefined;
  readonly allowed_clients?: readonly string[] | undefined;
  readonly forwarding?: Forwarding | undefined;
};
/** envoy.extensions.filters.http.api_key_auth.v3.Credential */
export type Credential = {
  readonly key?: Text | undefined;
  readonly client?: string | undefined;
};
/** envoy.extensions.filters.http.api_key_auth.v3.Forwarding */
export type Forwarding = {
  readonly header?: string | undefined;
  readonly hide_credentials?: boolean | undefined;
};
/** envoy.extensions.filters.http.api_key_auth.v3.KeySource */
export type KeySource = {
  readonly header?: string | undefined;
  readonly query?: string | undefined;
  readonly cookie?: string | undefined;
};
/** envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning */
export type AwsRequestSigning = {
  readonly service_name?: string | undefined;
  readonly region?: string | undefined;
  readonly host_rewrite?: string | undefined;
  readonly use_unsigned_payload?: boolean | undefined;
  readonly match_excluded_headers?: readonly EnvoyTypeMatcherStringMatcher[] | undefined;
  readonly signing_algorithm?: AwsRequestSigning_SigningAlgorithm | undefined;
  readonly query_string?: AwsRequestSigning_QueryString | undefined;
  readonly credential_provider?: AwsCredentialProvider | undefined;
  readonly match_included_headers?: readonly EnvoyTypeMatcherStringMatcher[] | undefined;
};
/** envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning.QueryString */
export type AwsRequestSigning_QueryString = {
  readonly expiration_time?: string | undefined;
};
/** envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigningPerRoute */
export type AwsRequestSigningPerRoute = {
  readonly aws_request_signing?: AwsRequestSigning | undefined;
  readonly stat_prefix?: string | undefined;
};
/** envoy.extensions.filters.http.basic_auth.v3.BasicAuth */
export type BasicAuth = {
  readonly users?: DataSource | undefined;
  readonly forward_username_header?: string | undefined;
  readonly authentication_header?: string | undefined;
  readonly allow_missing?: boolean | undefined;
  readonly emit_dynamic_metadata?: boolean | undefined;
  readonly realm?: string | undefined;
};
/** envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute */
export type BasicAuthPerRoute = {
  readonly users?: DataSource | undefined;
  readonly realm?: string | undefined;
};
/** envoy.extensions.filters.http.buffer.v3.Buffer */
export type Buffer = {
  readonly max_request_bytes?: number | undefined;
};
/** envoy.extensions.filters.http.buffer.v3.BufferPerRoute */
export type BufferPerRoute = {
  readonly disabled?: boolean | undefined;
  readonly buffer?: Buffer | undefined;
};
/** envoy.extensions.filters.http.compressor.v3.Compressor */
export type Compressor = {
  readonly compressor_library?: ConfigCoreTypedExtensionConfig | undefined;
  readonly request_direction_config?: Compressor_RequestDirectionConfig | undefined;
  readonly response_direction_config?: Compressor_ResponseDirectionConfig | undefined;
  readonly choose_first?: boolean | undefined;
};
/** envoy.extensions.filters.http.compressor.v3.Compressor.CommonDirectionConfig */
export type Compressor_CommonDirectionConfig = {
  readonly enabled?: RuntimeFeatureFlag | undefined;
  readonly min_content_length?: number | undefined;
  readonly content_type_matcher?: readonly EnvoyTypeMatcherStringMatcher[] | undefined;
};
/** envoy.extensions.filters.http.compressor.v3.Compressor.RequestDirectionConfig */
export type Compressor_RequestDirectionConfig = {
  readonly common_config?: Compressor_CommonDirectionConfig | undefined;
};
/** envoy.extensions.filters.http.compressor.v3.Compressor.ResponseDirectionConfig */
export type Compressor_ResponseDirectionConfig = {
  readonly common_config?: Compressor_CommonDirectionConfig | undefined;
  readonly disable_on_etag_header?: boolean | undefined;
  readonly weaken_etag_on_compress?: boolean | undefined;
  readonly remove_accept_encoding_header?: boolean | undefined;
  readonly uncompressible_response_codes?: readonly number[] | undefined;
  readonly status_header_enabled?: boolean | undefined;
};
/** envoy.extensions.filters.http.compressor.v3.CompressorOverrides */
export type CompressorOverrides = {
  readonly response_direction_config?: ResponseDirectionOverrides | undefined;
  readonly compressor_library?: ConfigCoreTypedExtensionConfig | undefined;
};
/** envoy.extensions.filters.http.compressor.v3.CompressorPerRoute */
export type CompressorPerRoute = {
  readonly disabled?: boolean | undefined;
  readonly overrides?: CompressorOverrides | undefined;
};
/** envoy.extensions.filters.http.compressor.v3.ResponseDirectionOverrides */
export type ResponseDirectionOverrides = {
  readonly remove_accept_encoding_header?: boolean | undefined;
};
/** envoy.extensions.filters.http.cors.v3.Cors */
export type Cors = { readonly [field: string]: never };
/** envoy.extensions.filters.http.cors.v3.CorsPolicy */
export type CorsPolicy = {
  readonly allow_origin_string_match?: readonly EnvoyTypeMatcherStringMatcher[] | undefined;
  readonly allow_methods?: string | undefined;
  readonly allow_headers?: string | undefined;
  readonly expose_headers?: string | undefined;
  readonly max_age?: string | undefined;
  readonly allow_credentials?: boolean | undefined;
  readonly filter_enabled?: RuntimeFractionalPercent | undefined;
  readonly shadow_enabled?: RuntimeFractionalPercent | undefined;
  readonly allow_private_network_access?: boolean | undefined;
  readonly forward_not_matching_preflights?: boolean | undefined;
};
/** envoy.extensions.filters.http.credential_injector.v3.CredentialInjector */
export type CredentialInjector = {
  readonly overwrite?: boolean | undefined;
  readonly allow_request_without_credential?: boolean | undefined;
  readonly credential?: ConfigCoreTypedExtensionConfig | undefined;
};
/** envoy.extensions.filters.http.custom_response.v3.CustomResponse */
export type CustomResponse = {
  readonly custom_response_matcher?: Matcher | undefined;
};
/** envoy.extensions.filters.http.decompressor.v3.Decompressor */
export type Decompressor = {
  readonly decompressor_library?: ConfigCoreTypedExtensionConfig | undefined;
  readonly request_direction_config?: Decompressor_RequestDirectionConfig | undefined;
  readonly response_direction_config?: Decompressor_ResponseDirectionConfig | undefined;
};
/** envoy.extensions.filters.http.decompressor.v3.Decompressor.CommonDirectionConfig */
export type Decompressor_CommonDirectionConfig = {
  readonly enabled?: RuntimeFeatureFlag | undefined;
  readonly ignore_no_transform_header?: boolean | undefined;
};
/** envoy.extensions.filters.http.decompressor.v3.Decompressor.RequestDirectionConfig */
export type Decompressor_RequestDirectionConfig = {
  readonly common_config?: Decompressor_CommonDirectionConfig | undefined;
  readonly advertise_accept_encoding?: boolean | undefined;
};
/** envoy.extensions.filters.http.decompressor.v3.Decompressor.ResponseDirectionConfig */
export type Decompressor_ResponseDirectionConfig = {
  readonly common_config?: Decompressor_CommonDirectionConfig | undefined;
};
/** envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest */
export type AuthorizationRequest = {
  readonly headers_to_add?: readonly HeaderValue[] | undefined;
};
/** envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse */
export type AuthorizationResponse = {
  readonly allowed_upstream_headers?: ListStringMatcher | undefined;
  readonly allowed_upstream_headers_to_append?: ListStringMatcher | undefined;
  readonly allowed_client_headers?: ListStringMatcher | undefined;
  readonly allowed_client_headers_on_success?: ListStringMatcher | undefined;
  readonly dynamic_metadata_from_headers?: ListStringMatcher | undefined;
};
/** envoy.extensions.filters.http.ext_authz.v3.BufferSettings */
export type BufferSettings = {
  readonly max_request_bytes?: number | undefined;
  readonly allow_partial_message?: boolean | undefined;
  readonly pack_as_bytes?: boolean | undefined;
};
/** envoy.extensions.filters.http.ext_authz.v3.CheckSettings */
export type CheckSettings = {
  readonly context_extensions?: Readonly<Record<string, string>> | undefined;
  readonly disable_request_body_buffering?: boolean | undefined;
  readonly with_request_body?: BufferSettings | undefined;
  readonly grpc_service?: GrpcService | undefined;
  readonly http_service?: ExtAuthzHttpService | undefined;
  readonly emit_client_span?: boolean | undefined;
};
/** envoy.extensions.filters.http.ext_authz.v3.ExtAuthz */
export type ExtAuthz = {
  readonly grpc_service?: GrpcService | undefined;
  readonly http_service?: ExtAuthzHttpService | undefined;
  readonly transport_api_version?: ApiVersion | undefined;
  readonly failure_mode_allow?: boolean | undefined;
  readonly failure_mode_allow_header_add?: boolean | undefined;
  readonly with_request_body?: BufferSettings | undefined;
  readonly clear_route_cache?: boolean | undefined;
  readonly clear_route_cache_headers?: readonly string[] | undefined;
  readonly status_on_error?: HttpStatus | undefined;
  readonly validate_mutations?: boolean | undefined;
  readonly metadata_context_namespaces?: readonly string[] | undefined;
  readonly typed_metadata_context_namespaces?: readonly string[] | undefined;
  readonly route_metadata_context_namespaces?: readonly string[] | undefined;
  readonly route_typed_metadata_context_namespaces?: readonly string[] | undefined;
  readonly filter_enabled?: RuntimeFractionalPercent | undefined;
  readonly filter_enabled_metadata?: MetadataMatcher | undefined;
  readonly deny_at_disable?: RuntimeFeatureFlag | undefined;
  readonly include_peer_certificate?: boolean | undefined;
  readonly stat_prefix?: string | undefined;
  readonly bootstrap_metadata_labels_key?: string | undefined;
  readonly allowed_headers?: ListStringMatcher | undefined;
  readonly disallowed_headers?: ListStringMatcher | undefined;
  readonly include_tls_session?: boolean | undefined;
  readonly charge_cluster_response_stats?: boolean | undefined;
  readonly encode_raw_headers?: boolean | undefined;
  readonly decoder_header_mutation_rules?: HeaderMutationRules | undefined;
  readonly enable_dynamic_metadata_ingestion?: boolean | undefined;
  readonly filter_metadata?: JsonObject | undefined;
  readonly emit_filter_state_stats?: boolean | undefined;
  readonly max_denied_response_body_bytes?: number | undefined;
  readonly enforce_response_header_limits?: boolean | undefined;
  readonly shadow_mode?: boolean | undefined;
  readonly emit_client_span?: boolean | undefined;
};
/** envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute */
export type ExtAuthzPerRoute = {
  readonly disabled?: boolean | undefined;
  readonly check_settings?: CheckSettings | undefined;
};
/** envoy.extensions.filters.http.ext_authz.v3.HttpService */
export type ExtAuthzHttpService = {
  readonly server_uri?: HttpUri | undefined;
  readonly path_prefix?: string | undefined;
  readonly path_override?: string | undefined;
  readonly authorization_request?: AuthorizationRequest | undefined;
  readonly authorization_response?: AuthorizationResponse | undefined;
  readonly retry_policy?: CoreRetryPolicy | undefined;
};
/** envoy.extensions.filters.http.ext_proc.v3.ExtProcHttpService */
export type ExtProcHttpService = {
  readonly http_service?: CoreHttpService | undefined;
};
/** envoy.extensions.filters.http.ext_proc.v3.ExtProcOverrides */
export type ExtProcOverrides = {
  readonly processing_mode?: ProcessingMode | undefined;
  readonly request_attributes?: readonly string[] | undefined;
  readonly response_attributes?: readonly string[] | undefined;
  readonly grpc_service?: GrpcService | undefined;
  readonly metadata_options?: MetadataOptions | undefined;
  readonly grpc_initial_metadata?: readonly HeaderValue[] | undefined;
  readonly failure_mode_allow?: boolean | undefined;
  readonly processing_request_modifier?: ConfigCoreTypedExtensionConfig | undefined;
  readonly emit_client_span?: boolean | undefined;
};
/** envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute */
export type ExtProcPerRoute = {
  readonly disabled?: boolean | undefined;
  readonly overrides?: ExtProcOverrides | undefined;
};
/** envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor */
export type ExternalProcessor = {
  readonly grpc_service?: GrpcService | undefined;
  readonly http_service?: ExtProcHttpService | undefined;
  readonly failure_mode_allow?: boolean | undefined;
  readonly processing_mode?: ProcessingMode | undefined;
  readonly request_attributes?: readonly string[] | undefined;
  readonly response_attributes?: readonly string[] | undefined;
  readonly message_timeout?: string | undefined;
  readonly stat_prefix?: string | undefined;
  readonly mutation_rules?: HeaderMutationRules | undefined;
  readonly max_message_timeout?: string | undefined;
  readonly forward_rules?: HeaderForwardingRules | undefined;
  readonly filter_metadata?: JsonObject | undefined;
  readonly allow_mode_override?: boolean | undefined;
  readonly disable_immediate_response?: boolean | undefined;
  readonly metadata_options?: MetadataOptions | undefined;
  readonly observability_mode?: boolean | undefined;
  readonly disable_clear_route_cache?: boolean | undefined;
  readonly route_cache_action?: ExternalProcessor_RouteCacheAction | undefined;
  readonly deferred_close_timeout?: string | undefined;
  readonly send_body_without_waiting_for_header_response?: boolean | undefined;
  readonly allowed_override_modes?: readonly ProcessingMode[] | undefined;
  readonly processing_request_modifier?: ConfigCoreTypedExtensionConfig | undefined;
  readonly on_processing_response?: ConfigCoreTypedExtensionConfig | undefined;
  readonly status_on_error?: HttpStatus | undefined;
  readonly allow_content_length_header?: boolean | undefined;
  readonly emit_client_span?: boolean | undefined;
};
/** envoy.extensions.filters.http.ext_proc.v3.HeaderForwardingRules */
export type HeaderForwardingRules = {
  readonly allowed_headers?: ListStringMatcher | undefined;
  readonly disallowed_headers?: ListStringMatcher | undefined;
};
/** envoy.extensions.filters.http.ext_proc.v3.MetadataOptions */
export type MetadataOptions = {
  readonly forwarding_namespaces?: MetadataOptions_MetadataNamespaces | undefined;
  readonly receiving_namespaces?: MetadataOptions_MetadataNamespaces | undefined;
  readonly cluster_metadata_forwarding_namespaces?: MetadataOptions_MetadataNamespaces | undefined;
};
/** envoy.extensions.filters.http.ext_proc.v3.MetadataOptions.MetadataNamespaces */
export type MetadataOptions_MetadataNamespaces = {
  readonly untyped?: readonly string[] | undefined;
  readonly typed?: readonly string[] | undefined;
};
/** envoy.extensions.filters.http.ext_proc.v3.ProcessingMode */
export type ProcessingMode = {
  readonly request_header_mode?: ProcessingMode_HeaderSendMode | undefined;
  readonly response_header_mode?: ProcessingMode_HeaderSendMode | undefined;
  readonly request_body_mode?: ProcessingMode_BodySendMode | undefined;
  readonly response_body_mode?: ProcessingMode_BodySendMode | undefined;
  readonly request_trailer_mode?: ProcessingMode_HeaderSendMode | undefined;
  readonly response_trailer_mode?: ProcessingMode_HeaderSendMode | undefined;
};
/** envoy.extensions.filters.http.fault.v3.FaultAbort */
export type FaultAbort = {
  readonly http_status?: number | undefined;
  readonly grpc_status?: number | undefined;
  readonly header_abort?: FaultAbort_HeaderAbort | undefined;
  readonly percentage?: FractionalPercent | undefined;
  readonly response_body?: string | undefined;
};
/** envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort */
export type FaultAbort_HeaderAbort = { readonly [field: string]: never };
/** envoy.extensions.filters.http.fault.v3.HTTPFault */
export type HTTPFault = {
  readonly delay?: FaultDelay | undefined;
  readonly abort?: FaultAbort | undefined;
  readonly upstream_cluster?: string | undefined;
  readonly headers?: readonly HeaderMatcher[] | undefined;
  readonly downstream_nodes?: readonly string[] | undefined;
  readonly max_active_faults?: number | undefined;
  readonly response_rate_limit?: FaultRateLimit | undefined;
  readonly delay_percent_runtime?: string | undefined;
  readonly abort_percent_runtime?: string | undefined;
  readonly delay_duration_runtime?: string | undefined;
  readonly abort_http_status_runtime?: string | undefined;
  readonly max_active_faults_runtime?: string | undefined;
  readonly response_rate_limit_percent_runtime?: string | undefined;
  readonly abort_grpc_status_runtime?: string | undefined;
  readonly disable_downstream_cluster_stats?: boolean | undefined;
  readonly filter_metadata?: JsonObject | undefined;
};
/** envoy.extensions.filters.http.filter_chain.v3.FilterChain */
export type FilterChainFilterChain = {
  readonly filters?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
};
/** envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig */
export type FilterChainConfig = {
  readonly default_filter_chain?: FilterChainFilterChain | undefined;
};
/** envoy.extensions.filters.http.filter_chain.v3.FilterChainConfigPerRoute */
export type FilterChainConfigPerRoute = {
  readonly filter_chain?: FilterChainFilterChain | undefined;
};
/** envoy.extensions.filters.http.header_mutation.v3.HeaderMutation */
export type HttpHeaderMutationHeaderMutation = {
  readonly mutations?: Mutations | undefined;
  readonly most_specific_header_mutations_wins?: boolean | undefined;
};
/** envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute */
export type HeaderMutationPerRoute = {
  readonly mutations?: Mutations | undefined;
};
/** envoy.extensions.filters.http.header_mutation.v3.Mutations */
export type Mutations = {
  readonly request_mutations?: readonly MutationRulesHeaderMutation[] | undefined;
  readonly query_parameter_mutations?: readonly KeyValueMutation[] | undefined;
  readonly response_mutations?: readonly MutationRulesHeaderMutation[] | undefined;
  readonly response_trailers_mutations?: readonly MutationRulesHeaderMutation[] | undefined;
  readonly request_trailers_mutations?: readonly MutationRulesHeaderMutation[] | undefined;
  readonly formatters?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
};
/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata */
export type JsonToMetadata = {
  readonly request_rules?: JsonToMetadata_MatchRules | undefined;
  readonly response_rules?: JsonToMetadata_MatchRules | undefined;
};
/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.KeyValuePair */
export type JsonToMetadata_KeyValuePair = {
  readonly metadata_namespace?: string | undefined;
  readonly key?: string | undefined;
  readonly value?: unknown | undefined;
  readonly type?: JsonToMetadata_ValueType | undefined;
  readonly preserve_existing_metadata_value?: boolean | undefined;
};
/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.MatchRules */
export type JsonToMetadata_MatchRules = {
  readonly rules?: readonly JsonToMetadata_Rule[] | undefined;
  readonly allow_content_types?: readonly string[] | undefined;
  readonly allow_empty_content_type?: boolean | undefined;
  readonly allow_content_types_regex?: EnvoyTypeMatcherRegexMatcher | undefined;
};
/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.Rule */
export type JsonToMetadata_Rule = {
  readonly selectors?: readonly JsonToMetadata_Selector[] | undefined;
  readonly on_present?: JsonToMetadata_KeyValuePair | undefined;
  readonly on_missing?: JsonToMetadata_KeyValuePair | undefined;
  readonly on_error?: JsonToMetadata_KeyValuePair | undefined;
};
/** envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.Selector */
export type JsonToMetadata_Selector = {
  readonly key?: string | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation */
export type ExtractOnlyWithoutValidation = {
  readonly verification_status_header?: string | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.FilterStateRule */
export type FilterStateRule = {
  readonly name?: string | undefined;
  readonly requires?: Readonly<Record<string, JwtRequirement>> | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch */
export type JwksAsyncFetch = {
  readonly fast_listener?: boolean | undefined;
  readonly failed_refetch_duration?: string | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication */
export type JwtAuthentication = {
  readonly providers?: Readonly<Record<string, JwtProvider>> | undefined;
  readonly rules?: readonly RequirementRule[] | undefined;
  readonly filter_state_rules?: FilterStateRule | undefined;
  readonly bypass_cors_preflight?: boolean | undefined;
  readonly requirement_map?: Readonly<Record<string, JwtRequirement>> | undefined;
  readonly strip_failure_response?: boolean | undefined;
  readonly stat_prefix?: string | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig */
export type JwtCacheConfig = {
  readonly jwt_cache_size?: number | undefined;
  readonly jwt_max_token_size?: number | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader */
export type JwtClaimToHeader = {
  readonly header_name?: string | undefined;
  readonly claim_name?: string | undefined;
  readonly claim_path?: readonly JwtClaimToHeader_PathSegment[] | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader.PathSegment */
export type JwtClaimToHeader_PathSegment = {
  readonly key?: string | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwtHeader */
export type JwtHeader = {
  readonly name?: string | undefined;
  readonly value_prefix?: string | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwtProvider */
export type JwtProvider = {
  readonly issuer?: string | undefined;
  readonly audiences?: readonly string[] | undefined;
  readonly subjects?: EnvoyTypeMatcherStringMatcher | undefined;
  readonly require_expiration?: boolean | undefined;
  readonly max_lifetime?: string | undefined;
  readonly remote_jwks?: RemoteJwks | undefined;
  readonly local_jwks?: DataSource | undefined;
  readonly forward?: boolean | undefined;
  readonly from_headers?: readonly JwtHeader[] | undefined;
  readonly from_params?: readonly string[] | undefined;
  readonly from_cookies?: readonly string[] | undefined;
  readonly forward_payload_header?: string | undefined;
  readonly pad_forward_payload_header?: boolean | undefined;
  readonly payload_in_metadata?: string | undefined;
  readonly normalize_payload_in_metadata?: JwtProvider_NormalizePayload | undefined;
  readonly header_in_metadata?: string | undefined;
  readonly failed_status_in_metadata?: string | undefined;
  readonly clock_skew_seconds?: number | undefined;
  readonly jwt_cache_config?: JwtCacheConfig | undefined;
  readonly claim_to_headers?: readonly JwtClaimToHeader[] | undefined;
  readonly clear_route_cache?: boolean | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload */
export type JwtProvider_NormalizePayload = {
  readonly space_delimited_claims?: readonly string[] | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement */
export type JwtRequirement = {
  readonly provider_name?: string | undefined;
  readonly provider_and_audiences?: ProviderWithAudiences | undefined;
  readonly requires_any?: JwtRequirementOrList | undefined;
  readonly requires_all?: JwtRequirementAndList | undefined;
  readonly allow_missing_or_failed?: Empty | undefined;
  readonly allow_missing?: Empty | undefined;
  readonly extract_only_without_validation?: ExtractOnlyWithoutValidation | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList */
export type JwtRequirementAndList = {
  readonly requirements?: readonly JwtRequirement[] | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList */
export type JwtRequirementOrList = {
  readonly requirements?: readonly JwtRequirement[] | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig */
export type PerRouteConfig = {
  readonly disabled?: boolean | undefined;
  readonly requirement_name?: string | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences */
export type ProviderWithAudiences = {
  readonly provider_name?: string | undefined;
  readonly audiences?: readonly string[] | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks */
export type RemoteJwks = {
  readonly http_uri?: HttpUri | undefined;
  readonly cache_duration?: string | undefined;
  readonly async_fetch?: JwksAsyncFetch | undefined;
  readonly retry_policy?: CoreRetryPolicy | undefined;
};
/** envoy.extensions.filters.http.jwt_authn.v3.RequirementRule */
export type RequirementRule = {
  readonly match?: RouteMatch | undefined;
  readonly requires?: JwtRequirement | undefined;
  readonly requirement_name?: string | undefined;
};
/** envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit */
export type LocalRateLimit = {
  readonly stat_prefix?: string | undefined;
  readonly status?: HttpStatus | undefined;
  readonly token_bucket?: TokenBucket | undefined;
  readonly filter_enabled?: RuntimeFractionalPercent | undefined;
  readonly filter_enforced?: RuntimeFractionalPercent | undefined;
  readonly request_headers_to_add_when_not_enforced?: readonly HeaderValueOption[] | undefined;
  readonly response_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly descriptors?: readonly LocalRateLimitDescriptor[] | undefined;
  readonly stage?: number | undefined;
  readonly local_rate_limit_per_downstream_connection?: boolean | undefined;
  readonly local_cluster_rate_limit?: LocalClusterRateLimit | undefined;
  readonly enable_x_ratelimit_headers?: XRateLimitHeadersRFCVersion | undefined;
  readonly vh_rate_limits?: VhRateLimitsOptions | undefined;
  readonly always_consume_default_token_bucket?: boolean | undefined;
  readonly rate_limited_as_resource_exhausted?: boolean | undefined;
  readonly rate_limits?: readonly RouteRateLimit[] | undefined;
  readonly max_dynamic_descriptors?: number | undefined;
  readonly enable_retry_after_header?: boolean | undefined;
};
/** envoy.extensions.filters.http.lua.v3.Lua */
export type Lua = {
  readonly source_codes?: Readonly<Record<string, DataSource>> | undefined;
  readonly default_source_code?: DataSource | undefined;
  readonly stat_prefix?: string | undefined;
  readonly clear_route_cache?: boolean | undefined;
  readonly filter_context?: JsonObject | undefined;
  readonly package_paths?: readonly string[] | undefined;
  readonly package_cpaths?: readonly string[] | undefined;
  readonly shared_vm_id?: string | undefined;
};
/** envoy.extensions.filters.http.lua.v3.LuaPerRoute */
export type LuaPerRoute = {
  readonly disabled?: boolean | undefined;
  readonly name?: string | undefined;
  readonly source_code?: DataSource | undefined;
  readonly filter_context?: JsonObject | undefined;
  readonly package_paths?: readonly string[] | undefined;
  readonly package_cpaths?: readonly string[] | undefined;
  readonly shared_vm_id?: string | undefined;
};
/** envoy.extensions.filters.http.ratelimit.v3.RateLimit */
export type RatelimitRateLimit = {
  readonly domain?: string | undefined;
  readonly stage?: number | undefined;
  readonly request_type?: string | undefined;
  readonly timeout?: string | undefined;
  readonly failure_mode_deny?: boolean | undefined;
  readonly rate_limited_as_resource_exhausted?: boolean | undefined;
  readonly rate_limit_service?: RateLimitServiceConfig | undefined;
  readonly enable_x_ratelimit_headers?: RateLimit_XRateLimitHeadersRFCVersion | undefined;
  readonly disable_x_envoy_ratelimited_header?: boolean | undefined;
  readonly rate_limited_status?: HttpStatus | undefined;
  readonly response_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly status_on_error?: HttpStatus | undefined;
  readonly stat_prefix?: string | undefined;
  readonly filter_enabled?: RuntimeFractionalPercent | undefined;
  readonly filter_enforced?: RuntimeFractionalPercent | undefined;
  readonly failure_mode_deny_percent?: RuntimeFractionalPercent | undefined;
  readonly rate_limits?: readonly RouteRateLimit[] | undefined;
  readonly metadata_namespace?: string | undefined;
  readonly enable_retry_after_header?: boolean | undefined;
};
/** envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute */
export type RateLimitPerRoute = {
  readonly vh_rate_limits?: RateLimitPerRoute_VhRateLimitsOptions | undefined;
  readonly override_option?: RateLimitPerRoute_OverrideOptions | undefined;
  readonly rate_limits?: readonly RouteRateLimit[] | undefined;
  readonly domain?: string | undefined;
};
/** envoy.extensions.filters.http.rbac.v3.RBAC */
export type HttpRbacRBAC = {
  readonly rules?: ConfigRbacRBAC | undefined;
  readonly rules_stat_prefix?: string | undefined;
  readonly matcher?: Matcher | undefined;
  readonly shadow_rules?: ConfigRbacRBAC | undefined;
  readonly shadow_matcher?: Matcher | undefined;
  readonly shadow_rules_stat_prefix?: string | undefined;
  readonly track_per_rule_stats?: boolean | undefined;
};
/** envoy.extensions.filters.http.rbac.v3.RBACPerRoute */
export type RBACPerRoute = {
  readonly rbac?: HttpRbacRBAC | undefined;
};
/** envoy.extensions.filters.http.router.v3.Router */
export type Router = {
  readonly dynamic_stats?: boolean | undefined;
  readonly upstream_log?: readonly AccessLog[] | undefined;
  readonly upstream_log_options?: Router_UpstreamAccessLogOptions | undefined;
  readonly suppress_envoy_headers?: boolean | undefined;
  readonly strict_check_headers?: readonly string[] | undefined;
  readonly respect_expected_rq_timeout?: boolean | undefined;
  readonly suppress_grpc_request_failure_code_stats?: boolean | undefined;
  readonly upstream_http_filters?: readonly HttpFilter[] | undefined;
  readonly reject_connect_request_early_data?: boolean | undefined;
};
/** envoy.extensions.filters.http.router.v3.Router.UpstreamAccessLogOptions */
export type Router_UpstreamAccessLogOptions = {
  readonly flush_upstream_log_on_upstream_stream?: boolean | undefined;
  readonly upstream_log_flush_interval?: string | undefined;
};
/** envoy.extensions.filters.http.set_filter_state.v3.Config */
export type SetFilterStateConfig = {
  readonly on_request_headers?: readonly FilterStateValue[] | undefined;
  readonly clear_route_cache?: boolean | undefined;
};
/** envoy.extensions.filters.http.set_metadata.v3.Config */
export type SetMetadataConfig = {
  readonly metadata?: readonly SetMetadataMetadata[] | undefined;
};
/** envoy.extensions.filters.http.set_metadata.v3.Metadata */
export type SetMetadataMetadata = {
  readonly metadata_namespace?: string | undefined;
  readonly allow_overwrite?: boolean | undefined;
  readonly value?: JsonObject | undefined;
  readonly typed_value?: Any | undefined;
};
/** envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata */
export type SseToMetadata = {
  readonly response_rules?: SseToMetadata_ProcessingRules | undefined;
};
/** envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata.ProcessingRules */
export type SseToMetadata_ProcessingRules = {
  readonly content_parser?: ConfigCoreTypedExtensionConfig | undefined;
  readonly max_event_size?: number | undefined;
};
/** envoy.extensions.filters.http.stateful_session.v3.StatefulSession */
export type StatefulSession = {
  readonly session_state?: ConfigCoreTypedExtensionConfig | undefined;
  readonly strict?: boolean | undefined;
  readonly stat_prefix?: string | undefined;
  readonly status_on_strict_destination_not_found?: number | undefined;
};
/** envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute */
export type StatefulSessionPerRoute = {
  readonly disabled?: boolean | undefined;
  readonly stateful_session?: StatefulSession | undefined;
};
/** envoy.extensions.filters.http.transform.v3.BodyTransformation */
export type BodyTransformation = {
  readonly body_format?: SubstitutionFormatString | undefined;
  readonly action?: BodyTransformation_TransformAction | undefined;
};
/** envoy.extensions.filters.http.transform.v3.TransformConfig */
export type TransformConfig = {
  readonly request_transformation?: Transformation | undefined;
  readonly response_transformation?: Transformation | undefined;
  readonly clear_cluster_cache?: boolean | undefined;
  readonly clear_route_cache?: boolean | undefined;
};
/** envoy.extensions.filters.http.transform.v3.Transformation */
export type Transformation = {
  readonly headers_mutations?: readonly MutationRulesHeaderMutation[] | undefined;
  readonly body_transformation?: BodyTransformation | undefined;
};
/** envoy.extensions.filters.http.wasm.v3.Wasm */
export type Wasm = {
  readonly config?: PluginConfig | undefined;
};
/** envoy.extensions.filters.listener.http_inspector.v3.HttpInspector */
export type HttpInspector = { readonly [field: string]: never };
/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol */
export type ProxyProtocol = {
  readonly rules?: readonly ProxyProtocol_Rule[] | undefined;
  readonly allow_requests_without_proxy_protocol?: boolean | undefined;
  readonly pass_through_tlvs?: ProxyProtocolPassThroughTLVs | undefined;
  readonly disallowed_versions?: readonly ProxyProtocolConfig_Version[] | undefined;
  readonly stat_prefix?: string | undefined;
  readonly tlv_location?: ProxyProtocol_TlvLocation | undefined;
};
/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair */
export type ProxyProtocol_KeyValuePair = {
  readonly metadata_namespace?: string | undefined;
  readonly key?: string | undefined;
  readonly value_string_encoding?: ProxyProtocol_KeyValuePair_ValueStringEncoding | undefined;
};
/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule */
export type ProxyProtocol_Rule = {
  readonly tlv_type?: number | undefined;
  readonly on_tlv_present?: ProxyProtocol_KeyValuePair | undefined;
};
/** envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector */
export type TlsInspector = {
  readonly enable_ja3_fingerprinting?: boolean | undefined;
  readonly enable_ja4_fingerprinting?: boolean | undefined;
  readonly initial_read_buffer_size?: number | undefined;
  readonly close_connection_on_client_hello_parsing_errors?: boolean | undefined;
  readonly max_client_hello_size?: number | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig */
export type ForwardProtoConfig = {
  readonly https_destination_ports?: readonly number[] | undefined;
  readonly http_destination_ports?: readonly number[] | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager */
export type HttpConnectionManager = {
  readonly codec_type?: HttpConnectionManager_CodecType | undefined;
  readonly stat_prefix?: string | undefined;
  readonly rds?: Rds | undefined;
  readonly route_config?: RouteConfiguration | undefined;
  readonly scoped_routes?: ScopedRoutes | undefined;
  readonly http_filters?: readonly HttpFilter[] | undefined;
  readonly add_user_agent?: boolean | undefined;
  readonly tracing?: HttpConnectionManager_Tracing | undefined;
  readonly common_http_protocol_options?: CoreHttpProtocolOptions | undefined;
  readonly http1_safe_max_connection_duration?: boolean | undefined;
  readonly http_protocol_options?: Http1ProtocolOptions | undefined;
  readonly http2_protocol_options?: Http2ProtocolOptions | undefined;
  readonly http3_protocol_options?: Http3ProtocolOptions | undefined;
  readonly server_name?: string | undefined;
  readonly server_header_transformation?: HttpConnectionManager_ServerHeaderTransformation | undefined;
  readonly scheme_header_transformation?: SchemeHeaderTransformation | undefined;
  readonly max_request_headers_kb?: number | undefined;
  readonly stream_idle_timeout?: string | undefined;
  readonly stream_flush_timeout?: string | undefined;
  readonly request_timeout?: string | undefined;
  readonly request_headers_timeout?: string | undefined;
  readonly drain_timeout?: string | undefined;
  readonly drain_timeout_jitter?: Percent | undefined;
  readonly delayed_close_timeout?: string | undefined;
  readonly access_log?: readonly AccessLog[] | undefined;
  readonly access_log_options?: HttpConnectionManager_HcmAccessLogOptions | undefined;
  readonly use_remote_address?: boolean | undefined;
  readonly xff_num_trusted_hops?: number | undefined;
  readonly original_ip_detection_extensions?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
  readonly early_header_mutation_extensions?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
  readonly internal_address_config?: HttpConnectionManager_InternalAddressConfig | undefined;
  readonly skip_xff_append?: boolean | undefined;
  readonly via?: string | undefined;
  readonly generate_request_id?: boolean | undefined;
  readonly preserve_external_request_id?: boolean | undefined;
  readonly always_set_request_id_in_response?: boolean | undefined;
  readonly forward_client_cert_details?: HttpConnectionManager_ForwardClientCertDetails | undefined;
  readonly set_current_client_cert_details?: HttpConnectionManager_SetCurrentClientCertDetails | undefined;
  readonly forward_client_cert_matcher?: Matcher | undefined;
  readonly proxy_100_continue?: boolean | undefined;
  readonly represent_ipv4_remote_address_as_ipv4_mapped_ipv6?: boolean | undefined;
  readonly upgrade_configs?: readonly HttpConnectionManager_UpgradeConfig[] | undefined;
  readonly normalize_path?: boolean | undefined;
  readonly merge_slashes?: boolean | undefined;
  readonly path_with_escaped_slashes_action?: HttpConnectionManager_PathWithEscapedSlashesAction | undefined;
  readonly request_id_extension?: RequestIDExtension | undefined;
  readonly local_reply_config?: LocalReplyConfig | undefined;
  readonly strip_matching_host_port?: boolean | undefined;
  readonly strip_any_host_port?: boolean | undefined;
  readonly stream_error_on_invalid_http_message?: boolean | undefined;
  readonly path_normalization_options?: HttpConnectionManager_PathNormalizationOptions | undefined;
  readonly strip_trailing_host_dot?: boolean | undefined;
  readonly proxy_status_config?: HttpConnectionManager_ProxyStatusConfig | undefined;
  readonly typed_header_validation_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly append_x_forwarded_port?: boolean | undefined;
  readonly append_local_overload?: boolean | undefined;
  readonly add_proxy_protocol_connection_state?: boolean | undefined;
  readonly forward_proto_config?: ForwardProtoConfig | undefined;
  readonly record_route_resolution_stats?: boolean | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions */
export type HttpConnectionManager_HcmAccessLogOptions = {
  readonly access_log_flush_interval?: string | undefined;
  readonly flush_access_log_on_new_request?: boolean | undefined;
  readonly flush_log_on_tunnel_successfully_established?: boolean | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig */
export type HttpConnectionManager_InternalAddressConfig = {
  readonly unix_sockets?: boolean | undefined;
  readonly cidr_ranges?: readonly ConfigCoreCidrRange[] | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathNormalizationOptions */
export type HttpConnectionManager_PathNormalizationOptions = {
  readonly forwarding_transformation?: PathTransformation | undefined;
  readonly http_filter_transformation?: PathTransformation | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ProxyStatusConfig */
export type HttpConnectionManager_ProxyStatusConfig = {
  readonly remove_details?: boolean | undefined;
  readonly remove_connection_termination_details?: boolean | undefined;
  readonly remove_response_flags?: boolean | undefined;
  readonly set_recommended_response_code?: boolean | undefined;
  readonly use_node_id?: boolean | undefined;
  readonly literal_proxy_name?: string | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails */
export type HttpConnectionManager_SetCurrentClientCertDetails = {
  readonly subject?: boolean | undefined;
  readonly cert?: boolean | undefined;
  readonly chain?: boolean | undefined;
  readonly dns?: boolean | undefined;
  readonly uri?: boolean | undefined;
  readonly issuer?: boolean | undefined;
  readonly format?: HttpConnectionManager_ForwardClientCertFormat | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing */
export type HttpConnectionManager_Tracing = {
  readonly client_sampling?: Percent | undefined;
  readonly random_sampling?: Percent | undefined;
  readonly overall_sampling?: Percent | undefined;
  readonly verbose?: boolean | undefined;
  readonly max_path_tag_length?: number | undefined;
  readonly custom_tags?: readonly CustomTag[] | undefined;
  readonly provider?: Tracing_Http | undefined;
  readonly spawn_upstream_span?: boolean | undefined;
  readonly operation?: string | undefined;
  readonly upstream_operation?: string | undefined;
  readonly no_context_propagation?: boolean | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig */
export type HttpConnectionManager_UpgradeConfig = {
  readonly upgrade_type?: string | undefined;
  readonly filters?: readonly HttpFilter[] | undefined;
  readonly enabled?: boolean | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter */
export type HttpFilter = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
  readonly config_discovery?: ExtensionConfigSource | undefined;
  readonly is_optional?: boolean | undefined;
  readonly disabled?: boolean | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig */
export type LocalReplyConfig = {
  readonly mappers?: readonly ResponseMapper[] | undefined;
  readonly body_format?: SubstitutionFormatString | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.Rds */
export type Rds = {
  readonly config_source?: ConfigSource | undefined;
  readonly route_config_name?: string | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension */
export type RequestIDExtension = {
  readonly typed_config?: Any | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper */
export type ResponseMapper = {
  readonly filter?: AccessLogFilter | undefined;
  readonly status_code?: number | undefined;
  readonly body?: DataSource | undefined;
  readonly body_format_override?: SubstitutionFormatString | undefined;
  readonly headers_to_add?: readonly HeaderValueOption[] | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds */
export type ScopedRds = {
  readonly scoped_rds_config_source?: ConfigSource | undefined;
  readonly srds_resources_locator?: string | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRouteConfigurationsList */
export type ScopedRouteConfigurationsList = {
  readonly scoped_route_configurations?: readonly ScopedRouteConfiguration[] | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes */
export type ScopedRoutes = {
  readonly name?: string | undefined;
  readonly scope_key_builder?: ScopedRoutes_ScopeKeyBuilder | undefined;
  readonly rds_config_source?: ConfigSource | undefined;
  readonly scoped_route_configurations_list?: ScopedRouteConfigurationsList | undefined;
  readonly scoped_rds?: ScopedRds | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder */
export type ScopedRoutes_ScopeKeyBuilder = {
  readonly fragments?: readonly ScopedRoutes_ScopeKeyBuilder_FragmentBuilder[] | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder */
export type ScopedRoutes_ScopeKeyBuilder_FragmentBuilder = {
  readonly header_value_extractor?: ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor */
export type ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor = {
  readonly name?: string | undefined;
  readonly element_separator?: string | undefined;
  readonly index?: number | undefined;
  readonly element?: ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement | undefined;
};
/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor.KvElement */
export type ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement = {
  readonly separator?: string | undefined;
  readonly key?: string | undefined;
};
/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy */
export type TcpProxy = {
  readonly stat_prefix?: string | undefined;
  readonly cluster?: string | undefined;
  readonly weighted_clusters?: TcpProxy_WeightedCluster | undefined;
  readonly on_demand?: TcpProxy_OnDemand | undefined;
  readonly metadata_match?: CoreMetadata | undefined;
  readonly idle_timeout?: string | undefined;
  readonly downstream_idle_timeout?: string | undefined;
  readonly upstream_idle_timeout?: string | undefined;
  readonly access_log?: readonly AccessLog[] | undefined;
  readonly max_connect_attempts?: number | undefined;
  readonly backoff_options?: BackoffStrategy | undefined;
  readonly hash_policy?: readonly HashPolicy[] | undefined;
  readonly tunneling_config?: TcpProxy_TunnelingConfig | undefined;
  readonly max_downstream_connection_duration?: string | undefined;
  readonly max_downstream_connection_duration_jitter_percentage?: Percent | undefined;
  readonly access_log_options?: TcpProxy_TcpAccessLogOptions | undefined;
  readonly proxy_protocol_tlvs?: readonly TlvEntry[] | undefined;
  readonly proxy_protocol_tlv_merge_policy?: ProxyProtocolTlvMergePolicy | undefined;
  readonly upstream_connect_mode?: UpstreamConnectMode | undefined;
  readonly max_early_data_bytes?: number | undefined;
  readonly check_drain_close?: boolean | undefined;
};
/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.OnDemand */
export type TcpProxy_OnDemand = {
  readonly odcds_config?: ConfigSource | undefined;
  readonly resources_locator?: string | undefined;
  readonly timeout?: string | undefined;
};
/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions */
export type TcpProxy_TcpAccessLogOptions = {
  readonly access_log_flush_interval?: string | undefined;
  readonly flush_access_log_on_connected?: boolean | undefined;
  readonly flush_access_log_on_start?: boolean | undefined;
};
/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig */
export type TcpProxy_TunnelingConfig = {
  readonly hostname?: string | undefined;
  readonly use_post?: boolean | undefined;
  readonly headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly propagate_response_headers?: boolean | undefined;
  readonly post_path?: string | undefined;
  readonly propagate_response_trailers?: boolean | undefined;
  readonly request_id_extension?: RequestIDExtension | undefined;
  readonly request_id_header?: string | undefined;
  readonly request_id_metadata_key?: string | undefined;
  readonly formatters?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
};
/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster */
export type TcpProxy_WeightedCluster = {
  readonly clusters?: readonly TcpProxy_WeightedCluster_ClusterWeight[] | undefined;
};
/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight */
export type TcpProxy_WeightedCluster_ClusterWeight = {
  readonly name?: string | undefined;
  readonly weight?: number | undefined;
  readonly metadata_match?: CoreMetadata | undefined;
};
/** envoy.extensions.formatter.metadata.v3.Metadata */
export type MetadataMetadata = { readonly [field: string]: never };
/** envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery */
export type ReqWithoutQuery = { readonly [field: string]: never };
/** envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy */
export type LocalResponsePolicy = {
  readonly body?: DataSource | undefined;
  readonly body_format?: SubstitutionFormatString | undefined;
  readonly status_code?: number | undefined;
  readonly response_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly preserve_response_code_details?: boolean | undefined;
  readonly response_code_details?: string | undefined;
};
/** envoy.extensions.http.custom_response.redirect_policy.v3.RedirectPolicy */
export type RedirectPolicy = {
  readonly uri?: string | undefined;
  readonly redirect_action?: RedirectAction | undefined;
  readonly status_code?: number | undefined;
  readonly response_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly request_headers_to_add?: readonly HeaderValueOption[] | undefined;
  readonly modify_request_headers_action?: ConfigCoreTypedExtensionConfig | undefined;
};
/** envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation */
export type EarlyHeaderMutationHeaderMutationHeaderMutation = {
  readonly mutations?: readonly MutationRulesHeaderMutation[] | undefined;
};
/** envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig */
export type HeaderValidatorConfig = {
  readonly http1_protocol_options?: HeaderValidatorConfig_Http1ProtocolOptions | undefined;
  readonly uri_path_normalization_options?: HeaderValidatorConfig_UriPathNormalizationOptions | undefined;
  readonly restrict_http_methods?: boolean | undefined;
  readonly headers_with_underscores_action?: HeaderValidatorConfig_HeadersWithUnderscoresAction | undefined;
  readonly strip_fragment_from_path?: boolean | undefined;
};
/** envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig.Http1ProtocolOptions */
export type HeaderValidatorConfig_Http1ProtocolOptions = {
  readonly allow_chunked_length?: boolean | undefined;
};
/** envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig.UriPathNormalizationOptions */
export type HeaderValidatorConfig_UriPathNormalizationOptions = {
  readonly skip_path_normalization?: boolean | undefined;
  readonly skip_merging_slashes?: boolean | undefined;
  readonly path_with_escaped_slashes_action?: HeaderValidatorConfig_UriPathNormalizationOptions_PathWithEscapedSlashesAction | undefined;
};
/** envoy.extensions.http.injected_credentials.generic.v3.Generic */
export type Generic = {
  readonly credential?: SdsSecretConfig | undefined;
  readonly header?: string | undefined;
  readonly header_value_prefix?: string | undefined;
};
/** envoy.extensions.http.original_ip_detection.xff.v3.XffConfig */
export type XffConfig = {
  readonly xff_num_trusted_hops?: number | undefined;
  readonly xff_trusted_cidrs?: XffTrustedCidrs | undefined;
  readonly skip_xff_append?: boolean | undefined;
};
/** envoy.extensions.http.original_ip_detection.xff.v3.XffTrustedCidrs */
export type XffTrustedCidrs = {
  readonly cidrs?: readonly ConfigCoreCidrRange[] | undefined;
};
/** envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState */
export type CookieBasedSessionState = {
  readonly cookie?: Cookie | undefined;
};
/** envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig */
export type ConsistentHashingLbConfig = {
  readonly use_hostname_for_hashing?: boolean | undefined;
  readonly hash_balance_factor?: number | undefined;
  readonly hash_policy?: readonly RouteAction_HashPolicy[] | undefined;
};
/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig */
export type LocalityLbConfig = {
  readonly zone_aware_lb_config?: LocalityLbConfig_ZoneAwareLbConfig | undefined;
  readonly locality_weighted_lb_config?: LocalityLbConfig_LocalityWeightedLbConfig | undefined;
};
/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig */
export type LocalityLbConfig_LocalityWeightedLbConfig = { readonly [field: string]: never };
/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig */
export type LocalityLbConfig_ZoneAwareLbConfig = {
  readonly routing_enabled?: Percent | undefined;
  readonly min_cluster_size?: number | string | undefined;
  readonly fail_traffic_on_panic?: boolean | undefined;
  readonly force_local_zone?: LocalityLbConfig_ZoneAwareLbConfig_ForceLocalZone | undefined;
  readonly locality_basis?: LocalityLbConfig_ZoneAwareLbConfig_LocalityBasis | undefined;
};
/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone */
export type LocalityLbConfig_ZoneAwareLbConfig_ForceLocalZone = {
  readonly min_size?: number | undefined;
};
/** envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig */
export type SlowStartConfig = {
  readonly slow_start_window?: string | undefined;
  readonly aggression?: RuntimeDouble | undefined;
  readonly min_weight_percent?: Percent | undefined;
};
/** envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest */
export type LeastRequest = {
  readonly choice_count?: number | undefined;
  readonly active_request_bias?: RuntimeDouble | undefined;
  readonly slow_start_config?: SlowStartConfig | undefined;
  readonly locality_lb_config?: LocalityLbConfig | undefined;
  readonly selection_method?: LeastRequest_SelectionMethod | undefined;
};
/** envoy.extensions.load_balancing_policies.maglev.v3.Maglev */
export type Maglev = {
  readonly table_size?: number | string | undefined;
  readonly consistent_hashing_lb_config?: ConsistentHashingLbConfig | undefined;
  readonly locality_weighted_lb_config?: LocalityLbConfig_LocalityWeightedLbConfig | undefined;
};
/** envoy.extensions.load_balancing_policies.random.v3.Random */
export type Random = {
  readonly locality_lb_config?: LocalityLbConfig | undefined;
};
/** envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash */
export type RingHash = {
  readonly hash_function?: RingHash_HashFunction | undefined;
  readonly minimum_ring_size?: number | string | undefined;
  readonly maximum_ring_size?: number | string | undefined;
  readonly consistent_hashing_lb_config?: ConsistentHashingLbConfig | undefined;
  readonly locality_weighted_lb_config?: LocalityLbConfig_LocalityWeightedLbConfig | undefined;
};
/** envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin */
export type RoundRobin = {
  readonly slow_start_config?: SlowStartConfig | undefined;
  readonly locality_lb_config?: LocalityLbConfig | undefined;
};
/** envoy.extensions.matching.common_inputs.network.v3.DirectSourceIPInput */
export type DirectSourceIPInput = { readonly [field: string]: never };
/** envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig */
export type DownstreamConnectionsConfig = {
  readonly max_active_downstream_connections?: number | string | undefined;
};
/** envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate */
export type PreviousHostsPredicate = { readonly [field: string]: never };
/** envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig */
export type SinkConfig = {
  readonly grpc_service?: GrpcService | undefined;
  readonly http_service?: CoreHttpService | undefined;
  readonly resource_detectors?: readonly ConfigCoreTypedExtensionConfig[] | undefined;
  readonly report_counters_as_deltas?: boolean | undefined;
  readonly report_histograms_as_deltas?: boolean | undefined;
  readonly emit_tags_as_attributes?: boolean | undefined;
  readonly use_tag_extracted_name?: boolean | undefined;
  readonly prefix?: string | undefined;
  readonly custom_metric_conversions?: Matcher | undefined;
  readonly max_data_points_per_request?: number | undefined;
};
/** envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport */
export type QuicDownstreamTransport = {
  readonly downstream_tls_context?: DownstreamTlsContext | undefined;
  readonly enable_early_data?: boolean | undefined;
  readonly enable_resumption?: boolean | undefined;
};
/** envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer */
export type RawBuffer = { readonly [field: string]: never };
/** envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance */
export type CertificateProviderPluginInstance = {
  readonly instance_name?: string | undefined;
  readonly certificate_name?: string | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext */
export type CertificateValidationContext = {
  readonly trusted_ca?: DataSource | undefined;
  readonly ca_certificate_provider_instance?: CertificateProviderPluginInstance | undefined;
  readonly system_root_certs?: CertificateValidationContext_SystemRootCerts | undefined;
  readonly watched_directory?: WatchedDirectory | undefined;
  readonly verify_certificate_spki?: readonly string[] | undefined;
  readonly verify_certificate_hash?: readonly string[] | undefined;
  readonly match_typed_subject_alt_names?: readonly SubjectAltNameMatcher[] | undefined;
  readonly require_signed_certificate_timestamp?: boolean | undefined;
  readonly crl?: DataSource | undefined;
  readonly allow_expired_certificate?: boolean | undefined;
  readonly trust_chain_verification?: CertificateValidationContext_TrustChainVerification | undefined;
  readonly custom_validator_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly only_verify_leaf_cert_crl?: boolean | undefined;
  readonly max_verify_depth?: number | undefined;
  readonly suppress_client_ca_list?: boolean | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts */
export type CertificateValidationContext_SystemRootCerts = { readonly [field: string]: never };
/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext */
export type CommonTlsContext = {
  readonly tls_params?: TlsParameters | undefined;
  readonly tls_certificates?: readonly TlsCertificate[] | undefined;
  readonly tls_certificate_sds_secret_configs?: readonly SdsSecretConfig[] | undefined;
  readonly tls_certificate_provider_instance?: CertificateProviderPluginInstance | undefined;
  readonly custom_tls_certificate_selector?: ConfigCoreTypedExtensionConfig | undefined;
  readonly validation_context?: CertificateValidationContext | undefined;
  readonly validation_context_sds_secret_config?: SdsSecretConfig | undefined;
  readonly combined_validation_context?: CommonTlsContext_CombinedCertificateValidationContext | undefined;
  readonly alpn_protocols?: readonly string[] | undefined;
  readonly custom_handshaker?: ConfigCoreTypedExtensionConfig | undefined;
  readonly key_log?: TlsKeyLog | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext */
export type CommonTlsContext_CombinedCertificateValidationContext = {
  readonly default_validation_context?: CertificateValidationContext | undefined;
  readonly validation_context_sds_secret_config?: SdsSecretConfig | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext */
export type DownstreamTlsContext = {
  readonly common_tls_context?: CommonTlsContext | undefined;
  readonly require_client_certificate?: boolean | undefined;
  readonly require_sni?: boolean | undefined;
  readonly session_ticket_keys?: TlsSessionTicketKeys | undefined;
  readonly session_ticket_keys_sds_secret_config?: SdsSecretConfig | undefined;
  readonly disable_stateless_session_resumption?: boolean | undefined;
  readonly disable_stateful_session_resumption?: boolean | undefined;
  readonly session_timeout?: string | undefined;
  readonly ocsp_staple_policy?: DownstreamTlsContext_OcspStaplePolicy | undefined;
  readonly full_scan_certs_on_sni_mismatch?: boolean | undefined;
  readonly prefer_client_ciphers?: boolean | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.GenericSecret */
export type GenericSecret = {
  readonly secret?: DataSource | undefined;
  readonly secrets?: Readonly<Record<string, DataSource>> | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider */
export type PrivateKeyProvider = {
  readonly provider_name?: string | undefined;
  readonly typed_config?: Any | undefined;
  readonly fallback?: boolean | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig */
export type SdsSecretConfig = {
  readonly name?: string | undefined;
  readonly sds_config?: ConfigSource | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.Secret */
export type Secret = {
  readonly name?: string | undefined;
  readonly tls_certificate?: TlsCertificate | undefined;
  readonly session_ticket_keys?: TlsSessionTicketKeys | undefined;
  readonly validation_context?: CertificateValidationContext | undefined;
  readonly generic_secret?: GenericSecret | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher */
export type SubjectAltNameMatcher = {
  readonly san_type?: SubjectAltNameMatcher_SanType | undefined;
  readonly matcher?: EnvoyTypeMatcherStringMatcher | undefined;
  readonly oid?: string | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.TlsCertificate */
export type TlsCertificate = {
  readonly certificate_chain?: DataSource | undefined;
  readonly private_key?: DataSource | undefined;
  readonly pkcs12?: DataSource | undefined;
  readonly watched_directory?: WatchedDirectory | undefined;
  readonly private_key_provider?: PrivateKeyProvider | undefined;
  readonly password?: DataSource | undefined;
  readonly ocsp_staple?: DataSource | undefined;
  readonly signed_certificate_timestamp?: readonly DataSource[] | undefined;
  readonly tls_params?: TlsParameters | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.TlsKeyLog */
export type TlsKeyLog = {
  readonly path?: string | undefined;
  readonly local_address_range?: readonly ConfigCoreCidrRange[] | undefined;
  readonly remote_address_range?: readonly ConfigCoreCidrRange[] | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.TlsParameters */
export type TlsParameters = {
  readonly tls_minimum_protocol_version?: TlsParameters_TlsProtocol | undefined;
  readonly tls_maximum_protocol_version?: TlsParameters_TlsProtocol | undefined;
  readonly cipher_suites?: readonly string[] | undefined;
  readonly ecdh_curves?: readonly string[] | undefined;
  readonly signature_algorithms?: readonly string[] | undefined;
  readonly compliance_policies?: readonly TlsParameters_CompliancePolicy[] | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys */
export type TlsSessionTicketKeys = {
  readonly keys?: readonly DataSource[] | undefined;
};
/** envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext */
export type UpstreamTlsContext = {
  readonly common_tls_context?: CommonTlsContext | undefined;
  readonly sni?: string | undefined;
  readonly auto_host_sni?: boolean | undefined;
  readonly auto_sni_san_validation?: boolean | undefined;
  readonly allow_renegotiation?: boolean | undefined;
  readonly max_session_keys?: number | undefined;
};
/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions */
export type HttpHttpProtocolOptions = {
  readonly common_http_protocol_options?: CoreHttpProtocolOptions | undefined;
  readonly upstream_http_protocol_options?: UpstreamHttpProtocolOptions | undefined;
  readonly explicit_http_config?: HttpProtocolOptions_ExplicitHttpConfig | undefined;
  readonly use_downstream_protocol_config?: HttpProtocolOptions_UseDownstreamHttpConfig | undefined;
  readonly auto_config?: HttpProtocolOptions_AutoHttpConfig | undefined;
  readonly http_filters?: readonly HttpFilter[] | undefined;
  readonly header_validation_config?: ConfigCoreTypedExtensionConfig | undefined;
  readonly outlier_detection?: HttpProtocolOptions_OutlierDetection | undefined;
  readonly request_mirror_policies?: readonly RouteAction_RequestMirrorPolicy[] | undefined;
  readonly hash_policy?: readonly RouteAction_HashPolicy[] | undefined;
  readonly retry_policy?: RouteRetryPolicy | undefined;
};
/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig */
export type HttpProtocolOptions_AutoHttpConfig = {
  readonly http_protocol_options?: Http1ProtocolOptions | undefined;
  readonly http2_protocol_options?: Http2ProtocolOptions | undefined;
  readonly http3_protocol_options?: Http3ProtocolOptions | undefined;
  readonly alternate_protocols_cache_options?: AlternateProtocolsCacheOptions | undefined;
};
/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig */
export type HttpProtocolOptions_ExplicitHttpConfig = {
  readonly http_protocol_options?: Http1ProtocolOptions | undefined;
  readonly http2_protocol_options?: Http2ProtocolOptions | undefined;
  readonly http3_protocol_options?: Http3ProtocolOptions | undefined;
};
/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection */
export type HttpProtocolOptions_OutlierDetection = {
  readonly error_matcher?: MatchPredicate | undefined;
};
/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig */
export type HttpProtocolOptions_UseDownstreamHttpConfig = {
  readonly http_protocol_options?: Http1ProtocolOptions | undefined;
  readonly http2_protocol_options?: Http2ProtocolOptions | undefined;
  readonly http3_protocol_options?: Http3ProtocolOptions | undefined;
};
/** envoy.extensions.wasm.v3.CapabilityRestrictionConfig */
export type CapabilityRestrictionConfig = {
  readonly allowed_capabilities?: Readonly<Record<string, SanitizationConfig>> | undefined;
};
/** envoy.extensions.wasm.v3.EnvironmentVariables */
export type EnvironmentVariables = {
  readonly host_env_keys?: readonly string[] | undefined;
  readonly key_values?: Readonly<Record<string, string>> | undefined;
};
/** envoy.extensions.wasm.v3.PluginConfig */
export type PluginConfig = {
  readonly name?: string | undefined;
  readonly root_id?: string | undefined;
  readonly vm_config?: VmConfig | undefined;
  readonly configuration?: Any | undefined;
  readonly failure_policy?: FailurePolicy | undefined;
  readonly reload_config?: ReloadConfig | undefined;
  readonly allow_on_headers_stop_iteration?: boolean | undefined;
};
/** envoy.extensions.wasm.v3.ReloadConfig */
export type ReloadConfig = {
  readonly backoff?: BackoffStrategy | undefined;
};
/** envoy.extensions.wasm.v3.SanitizationConfig */
export type SanitizationConfig = { readonly [field: string]: never };
/** envoy.extensions.wasm.v3.VmConfig */
export type VmConfig = {
  readonly vm_id?: string | undefined;
  readonly runtime?: string | undefined;
  readonly code?: AsyncDataSource | undefined;
  readonly configuration?: Any | undefined;
  readonly allow_precompiled?: boolean | undefined;
  readonly nack_on_code_cache_miss?: boolean | undefined;
  readonly environment_variables?: EnvironmentVariables | undefined;
  readonly capability_restriction_config?: CapabilityRestrictionConfig | undefined;
};
/** envoy.type.http.v3.Cookie */
export type Cookie = {
  readonly name?: string | undefined;
  readonly ttl?: string | undefined;
  readonly path?: string | undefined;
  readonly attributes?: readonly CookieAttribute[] | undefined;
};
/** envoy.type.http.v3.CookieAttribute */
export type CookieAttribute = {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
};
/** envoy.type.http.v3.PathTransformation */
export type PathTransformation = {
  readonly operations?: readonly PathTransformation_Operation[] | undefined;
};
/** envoy.type.http.v3.PathTransformation.Operation */
export type PathTransformation_Operation = {
  readonly normalize_path_rfc_3986?: PathTransformation_Operation_NormalizePathRFC3986 | undefined;
  readonly merge_slashes?: PathTransformation_Operation_MergeSlashes | undefined;
};
/** envoy.type.http.v3.PathTransformation.Operation.MergeSlashes */
export type PathTransformation_Operation_MergeSlashes = { readonly [field: string]: never };
/** envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986 */
export type PathTransformation_Operation_NormalizePathRFC3986 = { readonly [field: string]: never };
/** envoy.type.matcher.v3.AddressMatcher */
export type AddressMatcher = {
  readonly ranges?: readonly XdsCoreCidrRange[] | undefined;
  readonly invert_match?: boolean | undefined;
};
/** envoy.type.matcher.v3.DoubleMatcher */
export type DoubleMatcher = {
  readonly range?: DoubleRange | undefined;
  readonly exact?: number | undefined;
};
/** envoy.type.matcher.v3.FilterStateMatcher */
export type FilterStateMatcher = {
  readonly key?: string | undefined;
  readonly string_match?: EnvoyTypeMatcherStringMatcher | undefined;
  readonly address_match?: AddressMatcher | undefined;
};
/** envoy.type.matcher.v3.HttpRequestHeaderMatchInput */
export type HttpRequestHeaderMatchInput = {
  readonly header_name?: string | undefined;
};
/** envoy.type.matcher.v3.ListMatcher */
export type ListMatcher = {
  readonly one_of?: ValueMatcher | undefined;
};
/** envoy.type.matcher.v3.ListStringMatcher */
export type ListStringMatcher = {
  readonly patterns?: readonly EnvoyTypeMatcherStringMatcher[] | undefined;
};
/** envoy.type.matcher.v3.MetadataMatcher */
export type MetadataMatcher = {
  readonly filter?: string | undefined;
  readonly path?: readonly MetadataMatcher_PathSegment[] | undefined;
  readonly value?: ValueMatcher | undefined;
  readonly invert?: boolean | undefined;
};
/** envoy.type.matcher.v3.MetadataMatcher.PathSegment */
export type MetadataMatcher_PathSegment = {
  readonly key?: string | undefined;
};
/** envoy.type.matcher.v3.OrMatcher */
export type OrMatcher = {
  readonly value_matchers?: readonly ValueMatcher[] | undefined;
};
/** envoy.type.matcher.v3.PathMatcher */
export type PathMatcher = {
  readonly path?: EnvoyTypeMatcherStringMatcher | undefined;
};
/** envoy.type.matcher.v3.RegexMatchAndSubstitute */
export type RegexMatchAndSubstitute = {
  readonly pattern?: EnvoyTypeMatcherRegexMatcher | undefined;
  readonly substitution?: string | undefined;
};
/** envoy.type.matcher.v3.RegexMatcher */
export type EnvoyTypeMatcherRegexMatcher = {
  readonly regex?: string | undefined;
};
/** envoy.type.matcher.v3.StringMatcher */
export type EnvoyTypeMatcherStringMatcher = {
  readonly exact?: string | undefined;
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
  readonly safe_regex?: EnvoyTypeMatcherRegexMatcher | undefined;
  readonly contains?: string | undefined;
  readonly custom?: XdsCoreTypedExtensionConfig | undefined;
  readonly ignore_case?: boolean | undefined;
};
/** envoy.type.matcher.v3.ValueMatcher */
export type ValueMatcher = {
  readonly null_match?: ValueMatcher_NullMatch | undefined;
  readonly double_match?: DoubleMatcher | undefined;
  readonly string_match?: EnvoyTypeMatcherStringMatcher | undefined;
  readonly bool_match?: boolean | undefined;
  readonly present_match?: boolean | undefined;
  readonly list_match?: ListMatcher | undefined;
  readonly or_match?: OrMatcher | undefined;
};
/** envoy.type.matcher.v3.ValueMatcher.NullMatch */
export type ValueMatcher_NullMatch = { readonly [field: string]: never };
/** envoy.type.metadata.v3.MetadataKey */
export type MetadataKey = {
  readonly key?: string | undefined;
  readonly path?: readonly MetadataKey_PathSegment[] | undefined;
};
/** envoy.type.metadata.v3.MetadataKey.PathSegment */
export type MetadataKey_PathSegment = {
  readonly key?: string | undefined;
  readonly index?: number | undefined;
};
/** envoy.type.metadata.v3.MetadataKind */
export type MetadataKind = {
  readonly request?: MetadataKind_Request | undefined;
  readonly route?: MetadataKind_Route | undefined;
  readonly cluster?: MetadataKind_Cluster | undefined;
  readonly host?: MetadataKind_Host | undefined;
};
/** envoy.type.metadata.v3.MetadataKind.Cluster */
export type MetadataKind_Cluster = { readonly [field: string]: never };
/** envoy.type.metadata.v3.MetadataKind.Host */
export type MetadataKind_Host = { readonly [field: string]: never };
/** envoy.type.metadata.v3.MetadataKind.Request */
export type MetadataKind_Request = { readonly [field: string]: never };
/** envoy.type.metadata.v3.MetadataKind.Route */
export type MetadataKind_Route = { readonly [field: string]: never };
/** envoy.type.tracing.v3.CustomTag */
export type CustomTag = {
  readonly tag?: string | undefined;
  readonly literal?: CustomTag_Literal | undefined;
  readonly environment?: CustomTag_Environment | undefined;
  readonly request_header?: CustomTag_Header | undefined;
  readonly metadata?: CustomTag_Metadata | undefined;
  readonly value?: string | undefined;
  readonly value_type?: CustomTag_ValueType | undefined;
};
/** envoy.type.tracing.v3.CustomTag.Environment */
export type CustomTag_Environment = {
  readonly name?: string | undefined;
  readonly default_value?: string | undefined;
};
/** envoy.type.tracing.v3.CustomTag.Header */
export type CustomTag_Header = {
  readonly name?: string | undefined;
  readonly default_value?: string | undefined;
};
/** envoy.type.tracing.v3.CustomTag.Literal */
export type CustomTag_Literal = {
  readonly value?: string | undefined;
};
/** envoy.type.tracing.v3.CustomTag.Metadata */
export type CustomTag_Metadata = {
  readonly kind?: MetadataKind | undefined;
  readonly metadata_key?: MetadataKey | undefined;
  readonly default_value?: string | undefined;
};
/** envoy.type.v3.DoubleRange */
export type DoubleRange = {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
};
/** envoy.type.v3.FractionalPercent */
export type FractionalPercent = {
  readonly numerator?: number | undefined;
  readonly denominator?: FractionalPercent_DenominatorType | undefined;
};
/** envoy.type.v3.HashPolicy */
export type HashPolicy = {
  readonly source_ip?: HashPolicy_SourceIp | undefined;
  readonly filter_state?: HashPolicy_FilterState | undefined;
};
/** envoy.type.v3.HashPolicy.FilterState */
export type HashPolicy_FilterState = {
  readonly key?: string | undefined;
};
/** envoy.type.v3.HashPolicy.SourceIp */
export type HashPolicy_SourceIp = { readonly [field: string]: never };
/** envoy.type.v3.HttpStatus */
export type HttpStatus = {
  readonly code?: StatusCode | undefined;
};
/** envoy.type.v3.Int32Range */
export type Int32Range = {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
};
/** envoy.type.v3.Int64Range */
export type Int64Range = {
  readonly start?: number | string | undefined;
  readonly end?: number | string | undefined;
};
/** envoy.type.v3.Percent */
export type Percent = {
  readonly value?: number | undefined;
};
/** envoy.type.v3.Scope */
export type Scope = {
  readonly max_counters?: number | undefined;
  readonly max_gauges?: number | undefined;
  readonly max_histograms?: number | undefined;
  readonly enable_eviction?: boolean | undefined;
  readonly prefix?: string | undefined;
  readonly sharing_name?: string | undefined;
};
/** envoy.type.v3.SemanticVersion */
export type SemanticVersion = {
  readonly major_number?: number | undefined;
  readonly minor_number?: number | undefined;
  readonly patch?: number | undefined;
};
/** envoy.type.v3.TokenBucket */
export type TokenBucket = {
  readonly max_tokens?: number | undefined;
  readonly tokens_per_fill?: number | undefined;
  readonly fill_interval?: string | undefined;
};
/** google.api.expr.v1alpha1.CheckedExpr */
export type CheckedExpr = {
  readonly reference_map?: Readonly<Record<string, Reference>> | undefined;
  readonly type_map?: Readonly<Record<string, Type>> | undefined;
  readonly source_info?: SourceInfo | undefined;
  readonly expr_version?: string | undefined;
  readonly expr?: Expr | undefined;
};
/** google.api.expr.v1alpha1.Constant */
export type Constant = {
  readonly null_value?: NullValue | undefined;
  readonly bool_value?: boolean | undefined;
  readonly int64_value?: number | string | undefined;
  readonly uint64_value?: number | string | undefined;
  readonly double_value?: number | undefined;
  readonly string_value?: string | undefined;
  readonly bytes_value?: Uint8Array | string | undefined;
};
/** google.api.expr.v1alpha1.Expr */
export type Expr = {
  readonly id?: number | string | undefined;
  readonly const_expr?: Constant | undefined;
  readonly ident_expr?: Expr_Ident | undefined;
  readonly select_expr?: Expr_Select | undefined;
  readonly call_expr?: Expr_Call | undefined;
  readonly list_expr?: Expr_CreateList | undefined;
  readonly struct_expr?: Expr_CreateStruct | undefined;
  readonly comprehension_expr?: Expr_Comprehension | undefined;
};
/** google.api.expr.v1alpha1.Expr.Call */
export type Expr_Call = {
  readonly target?: Expr | undefined;
  readonly function?: string | undefined;
  readonly args?: readonly Expr[] | undefined;
};
/** google.api.expr.v1alpha1.Expr.Comprehension */
export type Expr_Comprehension = {
  readonly iter_var?: string | undefined;
  readonly iter_var2?: string | undefined;
  readonly iter_range?: Expr | undefined;
  readonly accu_var?: string | undefined;
  readonly accu_init?: Expr | undefined;
  readonly loop_condition?: Expr | undefined;
  readonly loop_step?: Expr | undefined;
  readonly result?: Expr | undefined;
};
/** google.api.expr.v1alpha1.Expr.CreateList */
export type Expr_CreateList = {
  readonly elements?: readonly Expr[] | undefined;
  readonly optional_indices?: readonly number[] | undefined;
};
/** google.api.expr.v1alpha1.Expr.CreateStruct */
export type Expr_CreateStruct = {
  readonly message_name?: string | undefined;
  readonly entries?: readonly Expr_CreateStruct_Entry[] | undefined;
};
/** google.api.expr.v1alpha1.Expr.CreateStruct.Entry */
export type Expr_CreateStruct_Entry = {
  readonly id?: number | string | undefined;
  readonly field_key?: string | undefined;
  readonly map_key?: Expr | undefined;
  readonly value?: Expr | undefined;
  readonly optional_entry?: boolean | undefined;
};
/** google.api.expr.v1alpha1.Expr.Ident */
export type Expr_Ident = {
  readonly name?: string | undefined;
};
/** google.api.expr.v1alpha1.Expr.Select */
export type Expr_Select = {
  readonly operand?: Expr | undefined;
  readonly field?: string | undefined;
  readonly test_only?: boolean | undefined;
};
/** google.api.expr.v1alpha1.Reference */
export type Reference = {
  readonly name?: string | undefined;
  readonly overload_id?: readonly string[] | undefined;
  readonly value?: Constant | undefined;
};
/** google.api.expr.v1alpha1.SourceInfo */
export type SourceInfo = {
  readonly syntax_version?: string | undefined;
  readonly location?: string | undefined;
  readonly line_offsets?: readonly number[] | undefined;
  readonly positions?: Readonly<Record<string, number>> | undefined;
  readonly macro_calls?: Readonly<Record<string, Expr>> | undefined;
  readonly extensions?: readonly SourceInfo_Extension[] | undefined;
};
/** google.api.expr.v1alpha1.SourceInfo.Extension */
export type SourceInfo_Extension = {
  readonly id?: string | undefined;
  readonly affected_components?: readonly SourceInfo_Extension_Component[] | undefined;
  readonly version?: SourceInfo_Extension_Version | undefined;
};
/** google.api.expr.v1alpha1.SourceInfo.Extension.Version */
export type SourceInfo_Extension_Version = {
  readonly major?: number | string | undefined;
  readonly minor?: number | string | undefined;
};
/** google.api.expr.v1alpha1.Type */
export type Type = {
  readonly dyn?: Empty | undefined;
  readonly null?: NullValue | undefined;
  readonly primitive?: Type_PrimitiveType | undefined;
  readonly wrapper?: Type_PrimitiveType | undefined;
  readonly well_known?: Type_WellKnownType | undefined;
  readonly list_type?: Type_ListType | undefined;
  readonly map_type?: Type_MapType | undefined;
  readonly function?: Type_FunctionType | undefined;
  readonly message_type?: string | undefined;
  readonly type_param?: string | undefined;
  readonly type?: Type | undefined;
  readonly error?: Empty | undefined;
  readonly abstract_type?: Type_AbstractType | undefined;
};
/** google.api.expr.v1alpha1.Type.AbstractType */
export type Type_AbstractType = {
  readonly name?: string | undefined;
  readonly parameter_types?: readonly Type[] | undefined;
};
/** google.api.expr.v1alpha1.Type.FunctionType */
export type Type_FunctionType = {
  readonly result_type?: Type | undefined;
  readonly arg_types?: readonly Type[] | undefined;
};
/** google.api.expr.v1alpha1.Type.ListType */
export type Type_ListType = {
  readonly elem_type?: Type | undefined;
};
/** google.api.expr.v1alpha1.Type.MapType */
export type Type_MapType = {
  readonly key_type?: Type | undefined;
  readonly value_type?: Type | undefined;
};
/** google.protobuf.Empty */
export type Empty = { readonly [field: string]: never };
/** xds.core.v3.Authority */
export type Authority = {
  readonly name?: string | undefined;
};
/** xds.core.v3.CidrRange */
export type XdsCoreCidrRange = {
  readonly address_prefix?: string | undefined;
  readonly prefix_len?: number | undefined;
};
/** xds.core.v3.ContextParams */
export type ContextParams = {
  readonly params?: Readonly<Record<string, string>> | undefined;
};
/** xds.core.v3.TypedExtensionConfig */
export type XdsCoreTypedExtensionConfig = {
  readonly name?: string | undefined;
  readonly typed_config?: Any | undefined;
};
/** xds.type.matcher.v3.Matcher */
export type Matcher = {
  readonly matcher_list?: Matcher_MatcherList | undefined;
  readonly matcher_tree?: Matcher_MatcherTree | undefined;
  readonly on_no_match?: Matcher_OnMatch | undefined;
};
/** xds.type.matcher.v3.Matcher.MatcherList */
export type Matcher_MatcherList = {
  readonly matchers?: readonly Matcher_MatcherList_FieldMatcher[] | undefined;
};
/** xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher */
export type Matcher_MatcherList_FieldMatcher = {
  readonly predicate?: Matcher_MatcherList_Predicate | undefined;
  readonly on_match?: Matcher_OnMatch | undefined;
};
/** xds.type.matcher.v3.Matcher.MatcherList.Predicate */
export type Matcher_MatcherList_Predicate = {
  readonly single_predicate?: Matcher_MatcherList_Predicate_SinglePredicate | undefined;
  readonly or_matcher?: Matcher_MatcherList_Predicate_PredicateList | undefined;
  readonly and_matcher?: Matcher_MatcherList_Predicate_PredicateList | undefined;
  readonly not_matcher?: Matcher_MatcherList_Predicate | undefined;
};
/** xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList */
export type Matcher_MatcherList_Predicate_PredicateList = {
  readonly predicate?: readonly Matcher_MatcherList_Predicate[] | undefined;
};
/** xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate */
export type Matcher_MatcherList_Predicate_SinglePredicate = {
  readonly input?: XdsCoreTypedExtensionConfig | undefined;
  readonly value_match?: XdsTypeMatcherStringMatcher | undefined;
  readonly custom_match?: XdsCoreTypedExtensionConfig | undefined;
};
/** xds.type.matcher.v3.Matcher.MatcherTree */
export type Matcher_MatcherTree = {
  readonly input?: XdsCoreTypedExtensionConfig | undefined;
  readonly exact_match_map?: Matcher_MatcherTree_MatchMap | undefined;
  readonly prefix_match_map?: Matcher_MatcherTree_MatchMap | undefined;
  readonly custom_match?: XdsCoreTypedExtensionConfig | undefined;
};
/** xds.type.matcher.v3.Matcher.MatcherTree.MatchMap */
export type Matcher_MatcherTree_MatchMap = {
  readonly map?: Readonly<Record<string, Matcher_OnMatch>> | undefined;
};
/** xds.type.matcher.v3.Matcher.OnMatch */
export type Matcher_OnMatch = {
  readonly matcher?: Matcher | undefined;
  readonly action?: XdsCoreTypedExtensionConfig | undefined;
  readonly keep_matching?: boolean | undefined;
};
/** xds.type.matcher.v3.RegexMatcher */
export type XdsTypeMatcherRegexMatcher = {
  readonly google_re2?: RegexMatcher_GoogleRE2 | undefined;
  readonly regex?: string | undefined;
};
/** xds.type.matcher.v3.RegexMatcher.GoogleRE2 */
export type RegexMatcher_GoogleRE2 = { readonly [field: string]: never };
/** xds.type.matcher.v3.StringMatcher */
export type XdsTypeMatcherStringMatcher = {
  readonly exact?: string | undefined;
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
  readonly safe_regex?: XdsTypeMatcherRegexMatcher | undefined;
  readonly contains?: string | undefined;
  readonly custom?: XdsCoreTypedExtensionConfig | undefined;
  readonly ignore_case?: boolean | undefined;
};
/** xds.type.v3.TypedStruct */
export type TypedStruct = {
  readonly type_url?: string | undefined;
  readonly value?: JsonObject | undefined;
};

/** Types by full message name. */
export type MessageTypes = {
  readonly 'envoy.config.accesslog.v3.AccessLog': AccessLog;
  readonly 'envoy.config.accesslog.v3.AccessLogFilter': AccessLogFilter;
  readonly 'envoy.config.accesslog.v3.AndFilter': AndFilter;
  readonly 'envoy.config.accesslog.v3.ComparisonFilter': ComparisonFilter;
  readonly 'envoy.config.accesslog.v3.DurationFilter': DurationFilter;
  readonly 'envoy.config.accesslog.v3.ExtensionFilter': ExtensionFilter;
  readonly 'envoy.config.accesslog.v3.GrpcStatusFilter': GrpcStatusFilter;
  readonly 'envoy.config.accesslog.v3.HeaderFilter': HeaderFilter;
  readonly 'envoy.config.accesslog.v3.LogTypeFilter': LogTypeFilter;
  readonly 'envoy.config.accesslog.v3.MetadataFilter': MetadataFilter;
  readonly 'envoy.config.accesslog.v3.NotHealthCheckFilter': NotHealthCheckFilter;
  readonly 'envoy.config.accesslog.v3.OrFilter': OrFilter;
  readonly 'envoy.config.accesslog.v3.ResponseFlagFilter': ResponseFlagFilter;
  readonly 'envoy.config.accesslog.v3.RuntimeFilter': RuntimeFilter;
  readonly 'envoy.config.accesslog.v3.StatusCodeFilter': StatusCodeFilter;
  readonly 'envoy.config.accesslog.v3.TraceableFilter': TraceableFilter;
  readonly 'envoy.config.bootstrap.v3.Admin': Admin;
  readonly 'envoy.config.bootstrap.v3.Bootstrap': Bootstrap;
  readonly 'envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig': Bootstrap_ApplicationLogConfig;
  readonly 'envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig.LogFormat': Bootstrap_ApplicationLogConfig_LogFormat;
  readonly 'envoy.config.bootstrap.v3.Bootstrap.DeferredStatOptions': Bootstrap_DeferredStatOptions;
  readonly 'envoy.config.bootstrap.v3.Bootstrap.DynamicResources': Bootstrap_DynamicResources;
  readonly 'envoy.config.bootstrap.v3.Bootstrap.GrpcAsyncClientManagerConfig': Bootstrap_GrpcAsyncClientManagerConfig;
  readonly 'envoy.config.bootstrap.v3.Bootstrap.StaticResources': Bootstrap_StaticResources;
  readonly 'envoy.config.bootstrap.v3.ClusterManager': ClusterManager;
  readonly 'envoy.config.bootstrap.v3.ClusterManager.OutlierDetection': ClusterManager_OutlierDetection;
  readonly 'envoy.config.bootstrap.v3.CustomInlineHeader': CustomInlineHeader;
  readonly 'envoy.config.bootstrap.v3.FatalAction': FatalAction;
  readonly 'envoy.config.bootstrap.v3.LayeredRuntime': LayeredRuntime;
  readonly 'envoy.config.bootstrap.v3.MemoryAllocatorManager': MemoryAllocatorManager;
  readonly 'envoy.config.bootstrap.v3.RuntimeLayer': RuntimeLayer;
  readonly 'envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer': RuntimeLayer_AdminLayer;
  readonly 'envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer': RuntimeLayer_DiskLayer;
  readonly 'envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer': RuntimeLayer_RtdsLayer;
  readonly 'envoy.config.bootstrap.v3.Watchdog': Watchdog;
  readonly 'envoy.config.bootstrap.v3.Watchdog.WatchdogAction': Watchdog_WatchdogAction;
  readonly 'envoy.config.bootstrap.v3.Watchdogs': Watchdogs;
  readonly 'envoy.config.cluster.v3.CircuitBreakers': CircuitBreakers;
  readonly 'envoy.config.cluster.v3.CircuitBreakers.Thresholds': CircuitBreakers_Thresholds;
  readonly 'envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget': CircuitBreakers_Thresholds_RetryBudget;
  readonly 'envoy.config.cluster.v3.Cluster': Cluster;
  readonly 'envoy.config.cluster.v3.Cluster.CommonLbConfig': Cluster_CommonLbConfig;
  readonly 'envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig': Cluster_CommonLbConfig_ConsistentHashingLbConfig;
  readonly 'envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig': Cluster_CommonLbConfig_LocalityWeightedLbConfig;
  readonly 'envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig': Cluster_CommonLbConfig_ZoneAwareLbConfig;
  readonly 'envoy.config.cluster.v3.Cluster.CustomClusterType': Cluster_CustomClusterType;
  readonly 'envoy.config.cluster.v3.Cluster.EdsClusterConfig': Cluster_EdsClusterConfig;
  readonly 'envoy.config.cluster.v3.Cluster.LbSubsetConfig': Cluster_LbSubsetConfig;
  readonly 'envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector': Cluster_LbSubsetConfig_LbSubsetSelector;
  readonly 'envoy.config.cluster.v3.Cluster.LeastRequestLbConfig': Cluster_LeastRequestLbConfig;
  readonly 'envoy.config.cluster.v3.Cluster.MaglevLbConfig': Cluster_MaglevLbConfig;
  readonly 'envoy.config.cluster.v3.Cluster.OriginalDstLbConfig': Cluster_OriginalDstLbConfig;
  readonly 'envoy.config.cluster.v3.Cluster.PreconnectPolicy': Cluster_PreconnectPolicy;
  readonly 'envoy.config.cluster.v3.Cluster.QueuingPolicies': Cluster_QueuingPolicies;
  readonly 'envoy.config.cluster.v3.Cluster.RingHashLbConfig': Cluster_RingHashLbConfig;
  readonly 'envoy.config.cluster.v3.Cluster.RoundRobinLbConfig': Cluster_RoundRobinLbConfig;
  readonly 'envoy.config.cluster.v3.Cluster.SlowStartConfig': Cluster_SlowStartConfig;
  readonly 'envoy.config.cluster.v3.Cluster.TransportSocketMatch': Cluster_TransportSocketMatch;
  readonly 'envoy.config.cluster.v3.Filter': ClusterFilter;
  readonly 'envoy.config.cluster.v3.LoadBalancingPolicy': LoadBalancingPolicy;
  readonly 'envoy.config.cluster.v3.LoadBalancingPolicy.Policy': LoadBalancingPolicy_Policy;
  readonly 'envoy.config.cluster.v3.OutlierDetection': OutlierDetection;
  readonly 'envoy.config.cluster.v3.TrackClusterStats': TrackClusterStats;
  readonly 'envoy.config.cluster.v3.UpstreamConnectionOptions': UpstreamConnectionOptions;
  readonly 'envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig': UpstreamConnectionOptions_HappyEyeballsConfig;
  readonly 'envoy.config.common.matcher.v3.HttpGenericBodyMatch': HttpGenericBodyMatch;
  readonly 'envoy.config.common.matcher.v3.HttpGenericBodyMatch.GenericTextMatch': HttpGenericBodyMatch_GenericTextMatch;
  readonly 'envoy.config.common.matcher.v3.HttpHeadersMatch': HttpHeadersMatch;
  readonly 'envoy.config.common.matcher.v3.MatchPredicate': MatchPredicate;
  readonly 'envoy.config.common.matcher.v3.MatchPredicate.MatchSet': MatchPredicate_MatchSet;
  readonly 'envoy.config.common.mutation_rules.v3.HeaderMutation': MutationRulesHeaderMutation;
  readonly 'envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch': HeaderMutation_RemoveOnMatch;
  readonly 'envoy.config.common.mutation_rules.v3.HeaderMutationRules': HeaderMutationRules;
  readonly 'envoy.config.core.v3.Address': Address;
  readonly 'envoy.config.core.v3.AggregatedConfigSource': AggregatedConfigSource;
  readonly 'envoy.config.core.v3.AlternateProtocolsCacheOptions': AlternateProtocolsCacheOptions;
  readonly 'envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry': AlternateProtocolsCacheOptions_AlternateProtocolsCacheEntry;
  readonly 'envoy.config.core.v3.ApiConfigSource': ApiConfigSource;
  readonly 'envoy.config.core.v3.AsyncDataSource': AsyncDataSource;
  readonly 'envoy.config.core.v3.BackoffStrategy': BackoffStrategy;
  readonly 'envoy.config.core.v3.BindConfig': BindConfig;
  readonly 'envoy.config.core.v3.BuildVersion': BuildVersion;
  readonly 'envoy.config.core.v3.CelExpressionConfig': CelExpressionConfig;
  readonly 'envoy.config.core.v3.CidrRange': ConfigCoreCidrRange;
  readonly 'envoy.config.core.v3.ConfigSource': ConfigSource;
  readonly 'envoy.config.core.v3.DataSource': DataSource;
  readonly 'envoy.config.core.v3.EnvoyInternalAddress': EnvoyInternalAddress;
  readonly 'envoy.config.core.v3.EventServiceConfig': EventServiceConfig;
  readonly 'envoy.config.core.v3.Extension': Extension;
  readonly 'envoy.config.core.v3.ExtensionConfigSource': ExtensionConfigSource;
  readonly 'envoy.config.core.v3.ExtraSourceAddress': ExtraSourceAddress;
  readonly 'envoy.config.core.v3.GrpcService': GrpcService;
  readonly 'envoy.config.core.v3.GrpcService.EnvoyGrpc': GrpcService_EnvoyGrpc;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc': GrpcService_GoogleGrpc;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials': GrpcService_GoogleGrpc_CallCredentials;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials': GrpcService_GoogleGrpc_CallCredentials_GoogleIAMCredentials;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin': GrpcService_GoogleGrpc_CallCredentials_MetadataCredentialsFromPlugin;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials': GrpcService_GoogleGrpc_CallCredentials_ServiceAccountJWTAccessCredentials;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService': GrpcService_GoogleGrpc_CallCredentials_StsService;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs': GrpcService_GoogleGrpc_ChannelArgs;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value': GrpcService_GoogleGrpc_ChannelArgs_Value;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials': GrpcService_GoogleGrpc_ChannelCredentials;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials': GrpcService_GoogleGrpc_GoogleLocalCredentials;
  readonly 'envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials': GrpcService_GoogleGrpc_SslCredentials;
  readonly 'envoy.config.core.v3.HeaderValue': HeaderValue;
  readonly 'envoy.config.core.v3.HeaderValueOption': HeaderValueOption;
  readonly 'envoy.config.core.v3.HealthCheck': HealthCheck;
  readonly 'envoy.config.core.v3.HealthCheck.CustomHealthCheck': HealthCheck_CustomHealthCheck;
  readonly 'envoy.config.core.v3.HealthCheck.GrpcHealthCheck': HealthCheck_GrpcHealthCheck;
  readonly 'envoy.config.core.v3.HealthCheck.HttpHealthCheck': HealthCheck_HttpHealthCheck;
  readonly 'envoy.config.core.v3.HealthCheck.Payload': HealthCheck_Payload;
  readonly 'envoy.config.core.v3.HealthCheck.TcpHealthCheck': HealthCheck_TcpHealthCheck;
  readonly 'envoy.config.core.v3.HealthCheck.TlsOptions': HealthCheck_TlsOptions;
  readonly 'envoy.config.core.v3.HealthStatusSet': HealthStatusSet;
  readonly 'envoy.config.core.v3.Http1ProtocolOptions': Http1ProtocolOptions;
  readonly 'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat': Http1ProtocolOptions_HeaderKeyFormat;
  readonly 'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords': Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords;
  readonly 'envoy.config.core.v3.Http2ProtocolOptions': Http2ProtocolOptions;
  readonly 'envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter': Http2ProtocolOptions_SettingsParameter;
  readonly 'envoy.config.core.v3.Http3ProtocolOptions': Http3ProtocolOptions;
  readonly 'envoy.config.core.v3.HttpProtocolOptions': CoreHttpProtocolOptions;
  readonly 'envoy.config.core.v3.HttpService': CoreHttpService;
  readonly 'envoy.config.core.v3.HttpUri': HttpUri;
  readonly 'envoy.config.core.v3.JsonFormatOptions': JsonFormatOptions;
  readonly 'envoy.config.core.v3.KeepaliveSettings': KeepaliveSettings;
  readonly 'envoy.config.core.v3.KeyValueAppend': KeyValueAppend;
  readonly 'envoy.config.core.v3.KeyValueMutation': KeyValueMutation;
  readonly 'envoy.config.core.v3.KeyValuePair': KeyValuePair;
  readonly 'envoy.config.core.v3.Locality': Locality;
  readonly 'envoy.config.core.v3.Metadata': CoreMetadata;
  readonly 'envoy.config.core.v3.Node': Node;
  readonly 'envoy.config.core.v3.PathConfigSource': PathConfigSource;
  readonly 'envoy.config.core.v3.Pipe': Pipe;
  readonly 'envoy.config.core.v3.ProxyProtocolConfig': ProxyProtocolConfig;
  readonly 'envoy.config.core.v3.ProxyProtocolPassThroughTLVs': ProxyProtocolPassThroughTLVs;
  readonly 'envoy.config.core.v3.QuicKeepAliveSettings': QuicKeepAliveSettings;
  readonly 'envoy.config.core.v3.QuicProtocolOptions': CoreQuicProtocolOptions;
  readonly 'envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings': QuicProtocolOptions_ConnectionMigrationSettings;
  readonly 'envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings': QuicProtocolOptions_ConnectionMigrationSettings_MigrateIdleConnectionSettings;
  readonly 'envoy.config.core.v3.RateLimitSettings': RateLimitSettings;
  readonly 'envoy.config.core.v3.RemoteDataSource': RemoteDataSource;
  readonly 'envoy.config.core.v3.RetryPolicy': CoreRetryPolicy;
  readonly 'envoy.config.core.v3.RetryPolicy.RetryHostPredicate': CoreRetryPolicy_RetryHostPredicate;
  readonly 'envoy.config.core.v3.RetryPolicy.RetryPriority': CoreRetryPolicy_RetryPriority;
  readonly 'envoy.config.core.v3.RuntimeDouble': RuntimeDouble;
  readonly 'envoy.config.core.v3.RuntimeFeatureFlag': RuntimeFeatureFlag;
  readonly 'envoy.config.core.v3.RuntimeFractionalPercent': RuntimeFractionalPercent;
  readonly 'envoy.config.core.v3.RuntimeUInt32': RuntimeUInt32;
  readonly 'envoy.config.core.v3.SchemeHeaderTransformation': SchemeHeaderTransformation;
  readonly 'envoy.config.core.v3.SelfConfigSource': SelfConfigSource;
  readonly 'envoy.config.core.v3.SocketAddress': SocketAddress;
  readonly 'envoy.config.core.v3.SocketCmsgHeaders': SocketCmsgHeaders;
  readonly 'envoy.config.core.v3.SocketOption': SocketOption;
  readonly 'envoy.config.core.v3.SocketOption.SocketType': SocketOption_SocketType;
  readonly 'envoy.config.core.v3.SocketOption.SocketType.Datagram': SocketOption_SocketType_Datagram;
  readonly 'envoy.config.core.v3.SocketOption.SocketType.Stream': SocketOption_SocketType_Stream;
  readonly 'envoy.config.core.v3.SocketOptionsOverride': SocketOptionsOverride;
  readonly 'envoy.config.core.v3.SubstitutionFormatString': SubstitutionFormatString;
  readonly 'envoy.config.core.v3.TcpKeepalive': TcpKeepalive;
  readonly 'envoy.config.core.v3.TlvEntry': TlvEntry;
  readonly 'envoy.config.core.v3.TransportSocket': TransportSocket;
  readonly 'envoy.config.core.v3.TypedExtensionConfig': ConfigCoreTypedExtensionConfig;
  readonly 'envoy.config.core.v3.UdpSocketConfig': UdpSocketConfig;
  readonly 'envoy.config.core.v3.UpstreamHttpProtocolOptions': UpstreamHttpProtocolOptions;
  readonly 'envoy.config.core.v3.WatchedDirectory': WatchedDirectory;
  readonly 'envoy.config.endpoint.v3.ClusterLoadAssignment': ClusterLoadAssignment;
  readonly 'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy': ClusterLoadAssignment_Policy;
  readonly 'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload': ClusterLoadAssignment_Policy_DropOverload;
  readonly 'envoy.config.endpoint.v3.Endpoint': Endpoint;
  readonly 'envoy.config.endpoint.v3.Endpoint.AdditionalAddress': Endpoint_AdditionalAddress;
  readonly 'envoy.config.endpoint.v3.Endpoint.HealthCheckConfig': Endpoint_HealthCheckConfig;
  readonly 'envoy.config.endpoint.v3.LbEndpoint': LbEndpoint;
  readonly 'envoy.config.endpoint.v3.LedsClusterLocalityConfig': LedsClusterLocalityConfig;
  readonly 'envoy.config.endpoint.v3.LocalityLbEndpoints': LocalityLbEndpoints;
  readonly 'envoy.config.listener.v3.AdditionalAddress': AdditionalAddress;
  readonly 'envoy.config.listener.v3.ApiListener': ApiListener;
  readonly 'envoy.config.listener.v3.Filter': ConfigListenerFilter;
  readonly 'envoy.config.listener.v3.FilterChain': ListenerFilterChain;
  readonly 'envoy.config.listener.v3.FilterChainMatch': FilterChainMatch;
  readonly 'envoy.config.listener.v3.Listener': Listener;
  readonly 'envoy.config.listener.v3.Listener.ConnectionBalanceConfig': Listener_ConnectionBalanceConfig;
  readonly 'envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance': Listener_ConnectionBalanceConfig_CpuLocalityBalance;
  readonly 'envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance': Listener_ConnectionBalanceConfig_ExactBalance;
  readonly 'envoy.config.listener.v3.Listener.FcdsConfig': Listener_FcdsConfig;
  readonly 'envoy.config.listener.v3.Listener.InternalListenerConfig': Listener_InternalListenerConfig;
  readonly 'envoy.config.listener.v3.ListenerFilter': ListenerFilter;
  readonly 'envoy.config.listener.v3.ListenerFilterChainMatchPredicate': ListenerFilterChainMatchPredicate;
  readonly 'envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet': ListenerFilterChainMatchPredicate_MatchSet;
  readonly 'envoy.config.listener.v3.QuicProtocolOptions': ListenerQuicProtocolOptions;
  readonly 'envoy.config.listener.v3.UdpListenerConfig': UdpListenerConfig;
  readonly 'envoy.config.metrics.v3.HistogramBucketSettings': HistogramBucketSettings;
  readonly 'envoy.config.metrics.v3.StatsConfig': StatsConfig;
  readonly 'envoy.config.metrics.v3.StatsMatcher': StatsMatcher;
  readonly 'envoy.config.metrics.v3.StatsSink': StatsSink;
  readonly 'envoy.config.metrics.v3.TagSpecifier': TagSpecifier;
  readonly 'envoy.config.overload.v3.BufferFactoryConfig': BufferFactoryConfig;
  readonly 'envoy.config.overload.v3.LoadShedPoint': LoadShedPoint;
  readonly 'envoy.config.overload.v3.OverloadAction': OverloadAction;
  readonly 'envoy.config.overload.v3.OverloadManager': OverloadManager;
  readonly 'envoy.config.overload.v3.ResourceMonitor': ResourceMonitor;
  readonly 'envoy.config.overload.v3.ScaledTrigger': ScaledTrigger;
  readonly 'envoy.config.overload.v3.ThresholdTrigger': ThresholdTrigger;
  readonly 'envoy.config.overload.v3.Trigger': Trigger;
  readonly 'envoy.config.ratelimit.v3.RateLimitServiceConfig': RateLimitServiceConfig;
  readonly 'envoy.config.rbac.v3.Permission': Permission;
  readonly 'envoy.config.rbac.v3.Permission.Set': Permission_Set;
  readonly 'envoy.config.rbac.v3.Policy': Policy;
  readonly 'envoy.config.rbac.v3.Principal': Principal;
  readonly 'envoy.config.rbac.v3.Principal.Authenticated': Principal_Authenticated;
  readonly 'envoy.config.rbac.v3.Principal.Set': Principal_Set;
  readonly 'envoy.config.rbac.v3.RBAC': ConfigRbacRBAC;
  readonly 'envoy.config.rbac.v3.RBAC.AuditLoggingOptions': RBAC_AuditLoggingOptions;
  readonly 'envoy.config.rbac.v3.RBAC.AuditLoggingOptions.AuditLoggerConfig': RBAC_AuditLoggingOptions_AuditLoggerConfig;
  readonly 'envoy.config.rbac.v3.SourcedMetadata': SourcedMetadata;
  readonly 'envoy.config.route.v3.ClusterSpecifierPlugin': ClusterSpecifierPlugin;
  readonly 'envoy.config.route.v3.CookieMatcher': CookieMatcher;
  readonly 'envoy.config.route.v3.Decorator': Decorator;
  readonly 'envoy.config.route.v3.DirectResponseAction': DirectResponseAction;
  readonly 'envoy.config.route.v3.FilterAction': FilterAction;
  readonly 'envoy.config.route.v3.HeaderMatcher': HeaderMatcher;
  readonly 'envoy.config.route.v3.HedgePolicy': HedgePolicy;
  readonly 'envoy.config.route.v3.InternalRedirectPolicy': InternalRedirectPolicy;
  readonly 'envoy.config.route.v3.NonForwardingAction': NonForwardingAction;
  readonly 'envoy.config.route.v3.QueryParameterMatcher': QueryParameterMatcher;
  readonly 'envoy.config.route.v3.RateLimit': RouteRateLimit;
  readonly 'envoy.config.route.v3.RateLimit.Action': RateLimit_Action;
  readonly 'envoy.config.route.v3.RateLimit.Action.DestinationCluster': RateLimit_Action_DestinationCluster;
  readonly 'envoy.config.route.v3.RateLimit.Action.GenericKey': RateLimit_Action_GenericKey;
  readonly 'envoy.config.route.v3.RateLimit.Action.HeaderValueMatch': RateLimit_Action_HeaderValueMatch;
  readonly 'envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress': RateLimit_Action_MaskedRemoteAddress;
  readonly 'envoy.config.route.v3.RateLimit.Action.MetaData': RateLimit_Action_MetaData;
  readonly 'envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch': RateLimit_Action_QueryParameterValueMatch;
  readonly 'envoy.config.route.v3.RateLimit.Action.QueryParameters': RateLimit_Action_QueryParameters;
  readonly 'envoy.config.route.v3.RateLimit.Action.RemoteAddress': RateLimit_Action_RemoteAddress;
  readonly 'envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch': RateLimit_Action_RemoteAddressMatch;
  readonly 'envoy.config.route.v3.RateLimit.Action.RequestHeaders': RateLimit_Action_RequestHeaders;
  readonly 'envoy.config.route.v3.RateLimit.Action.SourceCluster': RateLimit_Action_SourceCluster;
  readonly 'envoy.config.route.v3.RateLimit.HitsAddend': RateLimit_HitsAddend;
  readonly 'envoy.config.route.v3.RateLimit.Override': RateLimit_Override;
  readonly 'envoy.config.route.v3.RateLimit.Override.DynamicMetadata': RateLimit_Override_DynamicMetadata;
  readonly 'envoy.config.route.v3.RateLimit.Override.RateLimitOverride': RateLimit_Override_RateLimitOverride;
  readonly 'envoy.config.route.v3.RedirectAction': RedirectAction;
  readonly 'envoy.config.route.v3.RetryPolicy': RouteRetryPolicy;
  readonly 'envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff': RetryPolicy_RateLimitedRetryBackOff;
  readonly 'envoy.config.route.v3.RetryPolicy.ResetHeader': RetryPolicy_ResetHeader;
  readonly 'envoy.config.route.v3.RetryPolicy.RetryBackOff': RetryPolicy_RetryBackOff;
  readonly 'envoy.config.route.v3.RetryPolicy.RetryHostPredicate': RouteRetryPolicy_RetryHostPredicate;
  readonly 'envoy.config.route.v3.RetryPolicy.RetryPriority': RouteRetryPolicy_RetryPriority;
  readonly 'envoy.config.route.v3.Route': Route;
  readonly 'envoy.config.route.v3.RouteAction': RouteAction;
  readonly 'envoy.config.route.v3.RouteAction.HashPolicy': RouteAction_HashPolicy;
  readonly 'envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties': RouteAction_HashPolicy_ConnectionProperties;
  readonly 'envoy.config.route.v3.RouteAction.HashPolicy.Cookie': RouteAction_HashPolicy_Cookie;
  readonly 'envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute': RouteAction_HashPolicy_CookieAttribute;
  readonly 'envoy.config.route.v3.RouteAction.HashPolicy.FilterState': RouteAction_HashPolicy_FilterState;
  readonly 'envoy.config.route.v3.RouteAction.HashPolicy.Header': RouteAction_HashPolicy_Header;
  readonly 'envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter': RouteAction_HashPolicy_QueryParameter;
  readonly 'envoy.config.route.v3.RouteAction.MaxStreamDuration': RouteAction_MaxStreamDuration;
  readonly 'envoy.config.route.v3.RouteAction.RequestMirrorPolicy': RouteAction_RequestMirrorPolicy;
  readonly 'envoy.config.route.v3.RouteAction.UpgradeConfig': RouteAction_UpgradeConfig;
  readonly 'envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig': RouteAction_UpgradeConfig_ConnectConfig;
  readonly 'envoy.config.route.v3.RouteConfiguration': RouteConfiguration;
  readonly 'envoy.config.route.v3.RouteMatch': RouteMatch;
  readonly 'envoy.config.route.v3.RouteMatch.ConnectMatcher': RouteMatch_ConnectMatcher;
  readonly 'envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions': RouteMatch_GrpcRouteMatchOptions;
  readonly 'envoy.config.route.v3.RouteMatch.TlsContextMatchOptions': RouteMatch_TlsContextMatchOptions;
  readonly 'envoy.config.route.v3.ScopedRouteConfiguration': ScopedRouteConfiguration;
  readonly 'envoy.config.route.v3.ScopedRouteConfiguration.Key': ScopedRouteConfiguration_Key;
  readonly 'envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment': ScopedRouteConfiguration_Key_Fragment;
  readonly 'envoy.config.route.v3.Tracing': Tracing;
  readonly 'envoy.config.route.v3.Vhds': Vhds;
  readonly 'envoy.config.route.v3.VirtualCluster': VirtualCluster;
  readonly 'envoy.config.route.v3.VirtualHost': VirtualHost;
  readonly 'envoy.config.route.v3.WeightedCluster': WeightedCluster;
  readonly 'envoy.config.route.v3.WeightedCluster.ClusterWeight': WeightedCluster_ClusterWeight;
  readonly 'envoy.config.trace.v3.ClientConfig': ClientConfig;
  readonly 'envoy.config.trace.v3.OpenTelemetryConfig': OpenTelemetryConfig;
  readonly 'envoy.config.trace.v3.SkyWalkingConfig': SkyWalkingConfig;
  readonly 'envoy.config.trace.v3.Tracing.Http': Tracing_Http;
  readonly 'envoy.config.trace.v3.ZipkinConfig': ZipkinConfig;
  readonly 'envoy.extensions.access_loggers.file.v3.FileAccessLog': FileAccessLog;
  readonly 'envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig': CommonGrpcAccessLogConfig;
  readonly 'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig': HttpGrpcAccessLogConfig;
  readonly 'envoy.extensions.access_loggers.stats.v3.Config': AccessLoggersStatsConfig;
  readonly 'envoy.extensions.access_loggers.stats.v3.Config.Counter': Config_Counter;
  readonly 'envoy.extensions.access_loggers.stats.v3.Config.Gauge': Config_Gauge;
  readonly 'envoy.extensions.access_loggers.stats.v3.Config.Gauge.PairedAddSubtract': Config_Gauge_PairedAddSubtract;
  readonly 'envoy.extensions.access_loggers.stats.v3.Config.Gauge.Set': Config_Gauge_Set;
  readonly 'envoy.extensions.access_loggers.stats.v3.Config.Histogram': Config_Histogram;
  readonly 'envoy.extensions.access_loggers.stats.v3.Config.Stat': Config_Stat;
  readonly 'envoy.extensions.access_loggers.stats.v3.Config.Tag': Config_Tag;
  readonly 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': StdoutAccessLog;
  readonly 'envoy.extensions.clusters.dns.v3.DnsCluster': DnsCluster;
  readonly 'envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate': DnsCluster_RefreshRate;
  readonly 'envoy.extensions.common.aws.v3.AssumeRoleCredentialProvider': AssumeRoleCredentialProvider;
  readonly 'envoy.extensions.common.aws.v3.AssumeRoleWithWebIdentityCredentialProvider': AssumeRoleWithWebIdentityCredentialProvider;
  readonly 'envoy.extensions.common.aws.v3.AwsCredentialProvider': AwsCredentialProvider;
  readonly 'envoy.extensions.common.aws.v3.ConfigCredentialProvider': ConfigCredentialProvider;
  readonly 'envoy.extensions.common.aws.v3.ContainerCredentialProvider': ContainerCredentialProvider;
  readonly 'envoy.extensions.common.aws.v3.CredentialsFileCredentialProvider': CredentialsFileCredentialProvider;
  readonly 'envoy.extensions.common.aws.v3.EnvironmentCredentialProvider': EnvironmentCredentialProvider;
  readonly 'envoy.extensions.common.aws.v3.IAMRolesAnywhereCredentialProvider': IAMRolesAnywhereCredentialProvider;
  readonly 'envoy.extensions.common.aws.v3.InlineCredentialProvider': InlineCredentialProvider;
  readonly 'envoy.extensions.common.aws.v3.InstanceProfileCredentialProvider': InstanceProfileCredentialProvider;
  readonly 'envoy.extensions.common.ratelimit.v3.LocalClusterRateLimit': LocalClusterRateLimit;
  readonly 'envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor': LocalRateLimitDescriptor;
  readonly 'envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry': RateLimitDescriptor_Entry;
  readonly 'envoy.extensions.compression.brotli.compressor.v3.Brotli': Brotli;
  readonly 'envoy.extensions.compression.gzip.compressor.v3.Gzip': CompressorGzip;
  readonly 'envoy.extensions.compression.gzip.decompressor.v3.Gzip': DecompressorGzip;
  readonly 'envoy.extensions.compression.zstd.compressor.v3.Zstd': Zstd;
  readonly 'envoy.extensions.content_parsers.json.v3.JsonContentParser': JsonContentParser;
  readonly 'envoy.extensions.content_parsers.json.v3.JsonContentParser.RuleConfig': JsonContentParser_RuleConfig;
  readonly 'envoy.extensions.filters.common.fault.v3.FaultDelay': FaultDelay;
  readonly 'envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay': FaultDelay_HeaderDelay;
  readonly 'envoy.extensions.filters.common.fault.v3.FaultRateLimit': FaultRateLimit;
  readonly 'envoy.extensions.filters.common.fault.v3.FaultRateLimit.FixedLimit': FaultRateLimit_FixedLimit;
  readonly 'envoy.extensions.filters.common.fault.v3.FaultRateLimit.HeaderLimit': FaultRateLimit_HeaderLimit;
  readonly 'envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue': FilterStateValue;
  readonly 'envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuth': ApiKeyAuth;
  readonly 'envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute': ApiKeyAuthPerRoute;
  readonly 'envoy.extensions.filters.http.api_key_auth.v3.Credential': Credential;
  readonly 'envoy.extensions.filters.http.api_key_auth.v3.Forwarding': Forwarding;
  readonly 'envoy.extensions.filters.http.api_key_auth.v3.KeySource': KeySource;
  readonly 'envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning': AwsRequestSigning;
  readonly 'envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning.QueryString': AwsRequestSigning_QueryString;
  readonly 'envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigningPerRoute': AwsRequestSigningPerRoute;
  readonly 'envoy.extensions.filters.http.basic_auth.v3.BasicAuth': BasicAuth;
  readonly 'envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute': BasicAuthPerRoute;
  readonly 'envoy.extensions.filters.http.buffer.v3.Buffer': Buffer;
  readonly 'envoy.extensions.filters.http.buffer.v3.BufferPerRoute': BufferPerRoute;
  readonly 'envoy.extensions.filters.http.compressor.v3.Compressor': Compressor;
  readonly 'envoy.extensions.filters.http.compressor.v3.Compressor.CommonDirectionConfig': Compressor_CommonDirectionConfig;
  readonly 'envoy.extensions.filters.http.compressor.v3.Compressor.RequestDirectionConfig': Compressor_RequestDirectionConfig;
  readonly 'envoy.extensions.filters.http.compressor.v3.Compressor.ResponseDirectionConfig': Compressor_ResponseDirectionConfig;
  readonly 'envoy.extensions.filters.http.compressor.v3.CompressorOverrides': CompressorOverrides;
  readonly 'envoy.extensions.filters.http.compressor.v3.CompressorPerRoute': CompressorPerRoute;
  readonly 'envoy.extensions.filters.http.compressor.v3.ResponseDirectionOverrides': ResponseDirectionOverrides;
  readonly 'envoy.extensions.filters.http.cors.v3.Cors': Cors;
  readonly 'envoy.extensions.filters.http.cors.v3.CorsPolicy': CorsPolicy;
  readonly 'envoy.extensions.filters.http.credential_injector.v3.CredentialInjector': CredentialInjector;
  readonly 'envoy.extensions.filters.http.custom_response.v3.CustomResponse': CustomResponse;
  readonly 'envoy.extensions.filters.http.decompressor.v3.Decompressor': Decompressor;
  readonly 'envoy.extensions.filters.http.decompressor.v3.Decompressor.CommonDirectionConfig': Decompressor_CommonDirectionConfig;
  readonly 'envoy.extensions.filters.http.decompressor.v3.Decompressor.RequestDirectionConfig': Decompressor_RequestDirectionConfig;
  readonly 'envoy.extensions.filters.http.decompressor.v3.Decompressor.ResponseDirectionConfig': Decompressor_ResponseDirectionConfig;
  readonly 'envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest': AuthorizationRequest;
  readonly 'envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse': AuthorizationResponse;
  readonly 'envoy.extensions.filters.http.ext_authz.v3.BufferSettings': BufferSettings;
  readonly 'envoy.extensions.filters.http.ext_authz.v3.CheckSettings': CheckSettings;
  readonly 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz': ExtAuthz;
  readonly 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute': ExtAuthzPerRoute;
  readonly 'envoy.extensions.filters.http.ext_authz.v3.HttpService': ExtAuthzHttpService;
  readonly 'envoy.extensions.filters.http.ext_proc.v3.ExtProcHttpService': ExtProcHttpService;
  readonly 'envoy.extensions.filters.http.ext_proc.v3.ExtProcOverrides': ExtProcOverrides;
  readonly 'envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute': ExtProcPerRoute;
  readonly 'envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor': ExternalProcessor;
  readonly 'envoy.extensions.filters.http.ext_proc.v3.HeaderForwardingRules': HeaderForwardingRules;
  readonly 'envoy.extensions.filters.http.ext_proc.v3.MetadataOptions': MetadataOptions;
  readonly 'envoy.extensions.filters.http.ext_proc.v3.MetadataOptions.MetadataNamespaces': MetadataOptions_MetadataNamespaces;
  readonly 'envoy.extensions.filters.http.ext_proc.v3.ProcessingMode': ProcessingMode;
  readonly 'envoy.extensions.filters.http.fault.v3.FaultAbort': FaultAbort;
  readonly 'envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort': FaultAbort_HeaderAbort;
  readonly 'envoy.extensions.filters.http.fault.v3.HTTPFault': HTTPFault;
  readonly 'envoy.extensions.filters.http.filter_chain.v3.FilterChain': FilterChainFilterChain;
  readonly 'envoy.extensions.filters.http.filter_chain.v3.FilterChainConfig': FilterChainConfig;
  readonly 'envoy.extensions.filters.http.filter_chain.v3.FilterChainConfigPerRoute': FilterChainConfigPerRoute;
  readonly 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': HttpHeaderMutationHeaderMutation;
  readonly 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute': HeaderMutationPerRoute;
  readonly 'envoy.extensions.filters.http.header_mutation.v3.Mutations': Mutations;
  readonly 'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata': JsonToMetadata;
  readonly 'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.KeyValuePair': JsonToMetadata_KeyValuePair;
  readonly 'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.MatchRules': JsonToMetadata_MatchRules;
  readonly 'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.Rule': JsonToMetadata_Rule;
  readonly 'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata.Selector': JsonToMetadata_Selector;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation': ExtractOnlyWithoutValidation;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.FilterStateRule': FilterStateRule;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch': JwksAsyncFetch;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication': JwtAuthentication;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig': JwtCacheConfig;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader': JwtClaimToHeader;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader.PathSegment': JwtClaimToHeader_PathSegment;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtHeader': JwtHeader;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider': JwtProvider;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload': JwtProvider_NormalizePayload;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement': JwtRequirement;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList': JwtRequirementAndList;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList': JwtRequirementOrList;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig': PerRouteConfig;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences': ProviderWithAudiences;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks': RemoteJwks;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.RequirementRule': RequirementRule;
  readonly 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit': LocalRateLimit;
  readonly 'envoy.extensions.filters.http.lua.v3.Lua': Lua;
  readonly 'envoy.extensions.filters.http.lua.v3.LuaPerRoute': LuaPerRoute;
  readonly 'envoy.extensions.filters.http.ratelimit.v3.RateLimit': RatelimitRateLimit;
  readonly 'envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute': RateLimitPerRoute;
  readonly 'envoy.extensions.filters.http.rbac.v3.RBAC': HttpRbacRBAC;
  readonly 'envoy.extensions.filters.http.rbac.v3.RBACPerRoute': RBACPerRoute;
  readonly 'envoy.extensions.filters.http.router.v3.Router': Router;
  readonly 'envoy.extensions.filters.http.router.v3.Router.UpstreamAccessLogOptions': Router_UpstreamAccessLogOptions;
  readonly 'envoy.extensions.filters.http.set_filter_state.v3.Config': SetFilterStateConfig;
  readonly 'envoy.extensions.filters.http.set_metadata.v3.Config': SetMetadataConfig;
  readonly 'envoy.extensions.filters.http.set_metadata.v3.Metadata': SetMetadataMetadata;
  readonly 'envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata': SseToMetadata;
  readonly 'envoy.extensions.filters.http.sse_to_metadata.v3.SseToMetadata.ProcessingRules': SseToMetadata_ProcessingRules;
  readonly 'envoy.extensions.filters.http.stateful_session.v3.StatefulSession': StatefulSession;
  readonly 'envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute': StatefulSessionPerRoute;
  readonly 'envoy.extensions.filters.http.transform.v3.BodyTransformation': BodyTransformation;
  readonly 'envoy.extensions.filters.http.transform.v3.TransformConfig': TransformConfig;
  readonly 'envoy.extensions.filters.http.transform.v3.Transformation': Transformation;
  readonly 'envoy.extensions.filters.http.wasm.v3.Wasm': Wasm;
  readonly 'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector': HttpInspector;
  readonly 'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol': ProxyProtocol;
  readonly 'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair': ProxyProtocol_KeyValuePair;
  readonly 'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule': ProxyProtocol_Rule;
  readonly 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector': TlsInspector;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig': ForwardProtoConfig;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': HttpConnectionManager;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions': HttpConnectionManager_HcmAccessLogOptions;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig': HttpConnectionManager_InternalAddressConfig;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathNormalizationOptions': HttpConnectionManager_PathNormalizationOptions;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ProxyStatusConfig': HttpConnectionManager_ProxyStatusConfig;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails': HttpConnectionManager_SetCurrentClientCertDetails;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing': HttpConnectionManager_Tracing;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig': HttpConnectionManager_UpgradeConfig;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter': HttpFilter;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig': LocalReplyConfig;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.Rds': Rds;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension': RequestIDExtension;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper': ResponseMapper;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds': ScopedRds;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRouteConfigurationsList': ScopedRouteConfigurationsList;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes': ScopedRoutes;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder': ScopedRoutes_ScopeKeyBuilder;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder': ScopedRoutes_ScopeKeyBuilder_FragmentBuilder;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor': ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor;
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor.KvElement': ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement;
  readonly 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy': TcpProxy;
  readonly 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.OnDemand': TcpProxy_OnDemand;
  readonly 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions': TcpProxy_TcpAccessLogOptions;
  readonly 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig': TcpProxy_TunnelingConfig;
  readonly 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster': TcpProxy_WeightedCluster;
  readonly 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight': TcpProxy_WeightedCluster_ClusterWeight;
  readonly 'envoy.extensions.formatter.metadata.v3.Metadata': MetadataMetadata;
  readonly 'envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery': ReqWithoutQuery;
  readonly 'envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy': LocalResponsePolicy;
  readonly 'envoy.extensions.http.custom_response.redirect_policy.v3.RedirectPolicy': RedirectPolicy;
  readonly 'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation': EarlyHeaderMutationHeaderMutationHeaderMutation;
  readonly 'envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig': HeaderValidatorConfig;
  readonly 'envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig.Http1ProtocolOptions': HeaderValidatorConfig_Http1ProtocolOptions;
  readonly 'envoy.extensions.http.header_validators.envoy_default.v3.HeaderValidatorConfig.UriPathNormalizationOptions': HeaderValidatorConfig_UriPathNormalizationOptions;
  readonly 'envoy.extensions.http.injected_credentials.generic.v3.Generic': Generic;
  readonly 'envoy.extensions.http.original_ip_detection.xff.v3.XffConfig': XffConfig;
  readonly 'envoy.extensions.http.original_ip_detection.xff.v3.XffTrustedCidrs': XffTrustedCidrs;
  readonly 'envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState': CookieBasedSessionState;
  readonly 'envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig': ConsistentHashingLbConfig;
  readonly 'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig': LocalityLbConfig;
  readonly 'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig': LocalityLbConfig_LocalityWeightedLbConfig;
  readonly 'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig': LocalityLbConfig_ZoneAwareLbConfig;
  readonly 'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone': LocalityLbConfig_ZoneAwareLbConfig_ForceLocalZone;
  readonly 'envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig': SlowStartConfig;
  readonly 'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest': LeastRequest;
  readonly 'envoy.extensions.load_balancing_policies.maglev.v3.Maglev': Maglev;
  readonly 'envoy.extensions.load_balancing_policies.random.v3.Random': Random;
  readonly 'envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash': RingHash;
  readonly 'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin': RoundRobin;
  readonly 'envoy.extensions.matching.common_inputs.network.v3.DirectSourceIPInput': DirectSourceIPInput;
  readonly 'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig': DownstreamConnectionsConfig;
  readonly 'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate': PreviousHostsPredicate;
  readonly 'envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig': SinkConfig;
  readonly 'envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport': QuicDownstreamTransport;
  readonly 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer': RawBuffer;
  readonly 'envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance': CertificateProviderPluginInstance;
  readonly 'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext': CertificateValidationContext;
  readonly 'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts': CertificateValidationContext_SystemRootCerts;
  readonly 'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext': CommonTlsContext;
  readonly 'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext': CommonTlsContext_CombinedCertificateValidationContext;
  readonly 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext': DownstreamTlsContext;
  readonly 'envoy.extensions.transport_sockets.tls.v3.GenericSecret': GenericSecret;
  readonly 'envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider': PrivateKeyProvider;
  readonly 'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig': SdsSecretConfig;
  readonly 'envoy.extensions.transport_sockets.tls.v3.Secret': Secret;
  readonly 'envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher': SubjectAltNameMatcher;
  readonly 'envoy.extensions.transport_sockets.tls.v3.TlsCertificate': TlsCertificate;
  readonly 'envoy.extensions.transport_sockets.tls.v3.TlsKeyLog': TlsKeyLog;
  readonly 'envoy.extensions.transport_sockets.tls.v3.TlsParameters': TlsParameters;
  readonly 'envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys': TlsSessionTicketKeys;
  readonly 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext': UpstreamTlsContext;
  readonly 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': HttpHttpProtocolOptions;
  readonly 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig': HttpProtocolOptions_AutoHttpConfig;
  readonly 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig': HttpProtocolOptions_ExplicitHttpConfig;
  readonly 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection': HttpProtocolOptions_OutlierDetection;
  readonly 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig': HttpProtocolOptions_UseDownstreamHttpConfig;
  readonly 'envoy.extensions.wasm.v3.CapabilityRestrictionConfig': CapabilityRestrictionConfig;
  readonly 'envoy.extensions.wasm.v3.EnvironmentVariables': EnvironmentVariables;
  readonly 'envoy.extensions.wasm.v3.PluginConfig': PluginConfig;
  readonly 'envoy.extensions.wasm.v3.ReloadConfig': ReloadConfig;
  readonly 'envoy.extensions.wasm.v3.SanitizationConfig': SanitizationConfig;
  readonly 'envoy.extensions.wasm.v3.VmConfig': VmConfig;
  readonly 'envoy.type.http.v3.Cookie': Cookie;
  readonly 'envoy.type.http.v3.CookieAttribute': CookieAttribute;
  readonly 'envoy.type.http.v3.PathTransformation': PathTransformation;
  readonly 'envoy.type.http.v3.PathTransformation.Operation': PathTransformation_Operation;
  readonly 'envoy.type.http.v3.PathTransformation.Operation.MergeSlashes': PathTransformation_Operation_MergeSlashes;
  readonly 'envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986': PathTransformation_Operation_NormalizePathRFC3986;
  readonly 'envoy.type.matcher.v3.AddressMatcher': AddressMatcher;
  readonly 'envoy.type.matcher.v3.DoubleMatcher': DoubleMatcher;
  readonly 'envoy.type.matcher.v3.FilterStateMatcher': FilterStateMatcher;
  readonly 'envoy.type.matcher.v3.HttpRequestHeaderMatchInput': HttpRequestHeaderMatchInput;
  readonly 'envoy.type.matcher.v3.ListMatcher': ListMatcher;
  readonly 'envoy.type.matcher.v3.ListStringMatcher': ListStringMatcher;
  readonly 'envoy.type.matcher.v3.MetadataMatcher': MetadataMatcher;
  readonly 'envoy.type.matcher.v3.MetadataMatcher.PathSegment': MetadataMatcher_PathSegment;
  readonly 'envoy.type.matcher.v3.OrMatcher': OrMatcher;
  readonly 'envoy.type.matcher.v3.PathMatcher': PathMatcher;
  readonly 'envoy.type.matcher.v3.RegexMatchAndSubstitute': RegexMatchAndSubstitute;
  readonly 'envoy.type.matcher.v3.RegexMatcher': EnvoyTypeMatcherRegexMatcher;
  readonly 'envoy.type.matcher.v3.StringMatcher': EnvoyTypeMatcherStringMatcher;
  readonly 'envoy.type.matcher.v3.ValueMatcher': ValueMatcher;
  readonly 'envoy.type.matcher.v3.ValueMatcher.NullMatch': ValueMatcher_NullMatch;
  readonly 'envoy.type.metadata.v3.MetadataKey': MetadataKey;
  readonly 'envoy.type.metadata.v3.MetadataKey.PathSegment': MetadataKey_PathSegment;
  readonly 'envoy.type.metadata.v3.MetadataKind': MetadataKind;
  readonly 'envoy.type.metadata.v3.MetadataKind.Cluster': MetadataKind_Cluster;
  readonly 'envoy.type.metadata.v3.MetadataKind.Host': MetadataKind_Host;
  readonly 'envoy.type.metadata.v3.MetadataKind.Request': MetadataKind_Request;
  readonly 'envoy.type.metadata.v3.MetadataKind.Route': MetadataKind_Route;
  readonly 'envoy.type.tracing.v3.CustomTag': CustomTag;
  readonly 'envoy.type.tracing.v3.CustomTag.Environment': CustomTag_Environment;
  readonly 'envoy.type.tracing.v3.CustomTag.Header': CustomTag_Header;
  readonly 'envoy.type.tracing.v3.CustomTag.Literal': CustomTag_Literal;
  readonly 'envoy.type.tracing.v3.CustomTag.Metadata': CustomTag_Metadata;
  readonly 'envoy.type.v3.DoubleRange': DoubleRange;
  readonly 'envoy.type.v3.FractionalPercent': FractionalPercent;
  readonly 'envoy.type.v3.HashPolicy': HashPolicy;
  readonly 'envoy.type.v3.HashPolicy.FilterState': HashPolicy_FilterState;
  readonly 'envoy.type.v3.HashPolicy.SourceIp': HashPolicy_SourceIp;
  readonly 'envoy.type.v3.HttpStatus': HttpStatus;
  readonly 'envoy.type.v3.Int32Range': Int32Range;
  readonly 'envoy.type.v3.Int64Range': Int64Range;
  readonly 'envoy.type.v3.Percent': Percent;
  readonly 'envoy.type.v3.Scope': Scope;
  readonly 'envoy.type.v3.SemanticVersion': SemanticVersion;
  readonly 'envoy.type.v3.TokenBucket': TokenBucket;
  readonly 'google.api.expr.v1alpha1.CheckedExpr': CheckedExpr;
  readonly 'google.api.expr.v1alpha1.Constant': Constant;
  readonly 'google.api.expr.v1alpha1.Expr': Expr;
  readonly 'google.api.expr.v1alpha1.Expr.Call': Expr_Call;
  readonly 'google.api.expr.v1alpha1.Expr.Comprehension': Expr_Comprehension;
  readonly 'google.api.expr.v1alpha1.Expr.CreateList': Expr_CreateList;
  readonly 'google.api.expr.v1alpha1.Expr.CreateStruct': Expr_CreateStruct;
  readonly 'google.api.expr.v1alpha1.Expr.CreateStruct.Entry': Expr_CreateStruct_Entry;
  readonly 'google.api.expr.v1alpha1.Expr.Ident': Expr_Ident;
  readonly 'google.api.expr.v1alpha1.Expr.Select': Expr_Select;
  readonly 'google.api.expr.v1alpha1.Reference': Reference;
  readonly 'google.api.expr.v1alpha1.SourceInfo': SourceInfo;
  readonly 'google.api.expr.v1alpha1.SourceInfo.Extension': SourceInfo_Extension;
  readonly 'google.api.expr.v1alpha1.SourceInfo.Extension.Version': SourceInfo_Extension_Version;
  readonly 'google.api.expr.v1alpha1.Type': Type;
  readonly 'google.api.expr.v1alpha1.Type.AbstractType': Type_AbstractType;
  readonly 'google.api.expr.v1alpha1.Type.FunctionType': Type_FunctionType;
  readonly 'google.api.expr.v1alpha1.Type.ListType': Type_ListType;
  readonly 'google.api.expr.v1alpha1.Type.MapType': Type_MapType;
  readonly 'google.protobuf.Empty': Empty;
  readonly 'xds.core.v3.Authority': Authority;
  readonly 'xds.core.v3.CidrRange': XdsCoreCidrRange;
  readonly 'xds.core.v3.ContextParams': ContextParams;
  readonly 'xds.core.v3.TypedExtensionConfig': XdsCoreTypedExtensionConfig;
  readonly 'xds.type.matcher.v3.Matcher': Matcher;
  readonly 'xds.type.matcher.v3.Matcher.MatcherList': Matcher_MatcherList;
  readonly 'xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher': Matcher_MatcherList_FieldMatcher;
  readonly 'xds.type.matcher.v3.Matcher.MatcherList.Predicate': Matcher_MatcherList_Predicate;
  readonly 'xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList': Matcher_MatcherList_Predicate_PredicateList;
  readonly 'xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate': Matcher_MatcherList_Predicate_SinglePredicate;
  readonly 'xds.type.matcher.v3.Matcher.MatcherTree': Matcher_MatcherTree;
  readonly 'xds.type.matcher.v3.Matcher.MatcherTree.MatchMap': Matcher_MatcherTree_MatchMap;
  readonly 'xds.type.matcher.v3.Matcher.OnMatch': Matcher_OnMatch;
  readonly 'xds.type.matcher.v3.RegexMatcher': XdsTypeMatcherRegexMatcher;
  readonly 'xds.type.matcher.v3.RegexMatcher.GoogleRE2': RegexMatcher_GoogleRE2;
  readonly 'xds.type.matcher.v3.StringMatcher': XdsTypeMatcherStringMatcher;
  readonly 'xds.type.v3.TypedStruct': TypedStruct;
};
