/** libvirt's RPC protocol in TypeScript: unix socket, ssh, TLS and TCP; no native code, no package. */

export { connect } from './connect.ts';
export type { ConnectCalls } from './connect-calls.ts';
export type { Connection, ConnectOptions } from './connection.ts';
export type {
  AffectOptions,
  CallOptions,
  Domain,
  DomainInfo,
  DomainStateName,
  DomainStatus,
} from './domain.ts';
export type {
  DomainCalls,
  DomainFilter,
  DomainStats,
  GetXmlOptions,
  MetadataChange,
  MetadataKind,
  MetadataRef,
  StatsGroup,
} from './domain-calls.ts';
export { isVirError, LibvirtError, type LibvirtErrorKind, type VirError, virErrorCode } from './error.ts';
export type {
  DeviceEvent,
  EventOptions,
  EventStream,
  Events,
  LifecycleEvent,
  LifecycleEventName,
  MetadataChangeEvent,
  TunableEvent,
} from './events.ts';
export type { TuningCalls } from './tuning-calls.ts';
export {
  type ParameterType,
  type TypedParameter,
  type TypedParameterInput,
  type TypedParameters,
  type TypedParametersInput,
  toNumber,
  toNumbers,
  typedParameters,
} from './typed-parameters.ts';
