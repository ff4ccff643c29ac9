import { flag, int32, list, nothing, optional, struct, text, uint32, uint64 } from '../codec.ts';
import { domain, uuid } from '../domain-codec.ts';
import { parameters } from '../parameter-codec.ts';
import { procedure } from './procedure.ts';

const domainsMax = 16_384;
const statsMax = 262_144;

const domainAndFlags = struct({ domain, flags: uint32 });
const domains = list(domain, domainsMax);
const info = struct({ state: uint32, maxMemory: uint64, memory: uint64, vcpus: uint32, cpuTime: uint64 });
const metadataQuery = struct({ domain, type: int32, uri: optional(text), flags: uint32 });
const metadataChange = struct({
  domain,
  type: int32,
  metadata: optional(text),
  key: optional(text),
  uri: optional(text),
  flags: uint32,
});
const statsQuery = struct({ domains, stats: uint32, flags: uint32 });
const statsRecord = struct({ domain, parameters: parameters(statsMax) });

/** Procedures about domains, tuning apart. */
export const domainProcedures = {
  create: procedure(196, 'DOMAIN_CREATE_WITH_FLAGS', domainAndFlags, domain),
  destroy: procedure(12, 'DOMAIN_DESTROY', domain, nothing),
  getXml: procedure(14, 'DOMAIN_GET_XML_DESC', domainAndFlags, text),
  getInfo: procedure(16, 'DOMAIN_GET_INFO', domain, info),
  lookupById: procedure(22, 'DOMAIN_LOOKUP_BY_ID', int32, domain),
  lookupByName: procedure(23, 'DOMAIN_LOOKUP_BY_NAME', text, domain),
  lookupByUuid: procedure(24, 'DOMAIN_LOOKUP_BY_UUID', uuid, domain),
  isActive: procedure(150, 'DOMAIN_IS_ACTIVE', domain, flag),
  isPersistent: procedure(151, 'DOMAIN_IS_PERSISTENT', domain, flag),
  getState: procedure(212, 'DOMAIN_GET_STATE', domainAndFlags, struct({ state: int32, reason: int32 })),
  undefine: procedure(231, 'DOMAIN_UNDEFINE_FLAGS', domainAndFlags, nothing),
  setMetadata: procedure(264, 'DOMAIN_SET_METADATA', metadataChange, nothing),
  getMetadata: procedure(265, 'DOMAIN_GET_METADATA', metadataQuery, text),
  listAll: procedure(
    273,
    'CONNECT_LIST_ALL_DOMAINS',
    struct({ needResults: int32, flags: uint32 }),
    struct({ domains, count: uint32 }),
  ),
  allStats: procedure(344, 'CONNECT_GET_ALL_DOMAIN_STATS', statsQuery, list(statsRecord, domainsMax)),
  defineXml: procedure(350, 'DOMAIN_DEFINE_XML_FLAGS', struct({ xml: text, flags: uint32 }), domain),
} as const;
