import { int32, nothing, optional, struct, text } from '../codec.ts';
import { domain } from '../domain-codec.ts';
import { parameters } from '../parameter-codec.ts';
import { procedure } from './procedure.ts';

/** Registering for events, at the server. */
export const eventProcedures = {
  register: procedure(
    316,
    'CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY',
    struct({ eventId: int32, domain: optional(domain) }),
    int32,
  ),
  deregister: procedure(317, 'CONNECT_DOMAIN_EVENT_CALLBACK_DEREGISTER_ANY', int32, nothing),
} as const;

const tunableMax = 2048;

/**
 * What the server sends: `id` of `virDomainEventID`, `procedure` of the message. Every message begins with the
 * number that registering gave.
 */
export const eventMessages = {
  lifecycle: { id: 0, procedure: 318, body: struct({ domain, event: int32, detail: int32 }) },
  tunable: { id: 17, procedure: 346, body: struct({ domain, parameters: parameters(tunableMax) }) },
  deviceRemoved: { id: 15, procedure: 333, body: struct({ domain, alias: text }) },
  deviceAdded: { id: 19, procedure: 354, body: struct({ domain, alias: text }) },
  metadataChange: { id: 23, procedure: 379, body: struct({ domain, type: int32, uri: optional(text) }) },
} as const;
