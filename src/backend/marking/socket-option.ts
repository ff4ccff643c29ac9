import { dscpToTos } from '../../intent/dscp.ts';
import type { IpFamily } from '../../intent/prefix.ts';

/** A socket option of Linux by its names and numbers. */
export interface SocketOption {
  readonly family: IpFamily;
  readonly levelName: 'IPPROTO_IP' | 'IPPROTO_IPV6';
  readonly level: number;
  readonly optionName: 'IP_TOS' | 'IPV6_TCLASS';
  readonly option: number;
  /** The whole byte, its ECN bits zero; TCP keeps the ECN bits of its own. */
  readonly value: number;
}

/** The option that marks what a socket sends. @see linux include/uapi/linux/in.h, include/uapi/linux/in6.h */
export function socketOption(family: IpFamily, dscp: number): SocketOption {
  const value = dscpToTos(dscp);
  return family === 'ipv4'
    ? { family, levelName: 'IPPROTO_IP', level: 0, optionName: 'IP_TOS', option: 1, value }
    : { family, levelName: 'IPPROTO_IPV6', level: 41, optionName: 'IPV6_TCLASS', option: 67, value };
}
