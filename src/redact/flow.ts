import type { Pseudonyms } from './pseudonyms.ts';
import { isNumber, redactAddress } from './tokens.ts';

/** Words of OpenFlow as Open vSwitch writes it. @see openvswitch ovs-fields(7), ovs-actions(7) */
const words = new Set(
  `cookie duration table n_packets n_bytes idle_age hard_age idle_timeout hard_timeout importance send_flow_rem
  check_overlap reset_counts no_packet_counts no_byte_counts priority actions in_port in_port_oxm dl_src dl_dst dl_vlan
  dl_vlan_pcp dl_type vlan_tci vlan_vid vlan_pcp ip ipv6 icmp icmp6 tcp tcp6 udp udp6 sctp sctp6 arp rarp mpls nw_src nw_dst
  nw_proto nw_tos ip_dscp nw_ecn nw_ttl nw_frag tp_src tp_dst tcp_src tcp_dst udp_src udp_dst icmp_type icmp_code
  icmpv6_type icmpv6_code arp_op arp_spa arp_tpa arp_sha arp_tha ipv6_src ipv6_dst nd_target nd_sll nd_tll metadata
  tun_id tun_src tun_dst pkt_mark ct_state ct_zone ct_mark ct_label trk new est rel rpl inv snat dnat output drop normal
  flood all local controller in_port resubmit load move set_field mod_vlan_vid mod_vlan_pcp strip_vlan push_vlan pop_vlan
  mod_dl_src mod_dl_dst mod_nw_src mod_nw_dst mod_nw_tos set_queue pop_queue meter group note learn ct commit zone
  exec goto_table write_metadata clear_actions write_actions clone conjunction bundle dec_ttl fin_timeout max_len reason
  no yes later first nxst_flow ofpst_flow reply of1.3 xid flags stats bands type rate burst_size burst kbps pktps
  bytes ofpst_meter_config ofpst_meter flow_count packet_in_count byte_in_count band eth_type eth_src eth_dst
  0x800 0x806 0x86dd apply_actions limit enqueue`.split(/\s+/),
);
const register = /^(?:(?:reg|xreg|xxreg)\d{1,2}|(?:nxm|oxm)_[a-z0-9_]{2,40}|eth|vlan)$/i;
/** Fields of addresses, into which hexadecimal digits are loaded. */
const ofAddress =
  /(?:eth_(?:src|dst)|_(?:spa|tpa|sha|tha)|ip(?:v4|v6)?_(?:src|dst)|nd_|tun_(?:src|dst)|label)/i;

/** A flow, or a line of what ovs-ofctl says of flows and meters. */
export function redactFlow(text: string, names: Pseudonyms): string {
  const loaded = text.replace(
    /(load|set_field):0x([0-9a-f]+)->([A-Za-z0-9_]+)/gi,
    (all, verb: string, value: string, field: string) =>
      ofAddress.test(field) ? `${verb}:0x${names.digits(value, Math.min(value.length, 16))}->${field}` : all,
  );
  return loaded
    .split(
      /([\s,=()[\]{}]+|->|(?<=(?:set_field|load|move|mod_dl_src|mod_dl_dst|mod_nw_src|mod_nw_dst|meter|output|set_queue|group|clone|resubmit|push_vlan)):)/,
    )
    .map((token, at) => (at % 2 === 1 ? token : redactWord(token, names)))
    .join('');
}

function redactWord(token: string, names: Pseudonyms): string {
  if (token === '') return '';
  const core = token.slice(0, token.length - (/[:.;']{1,8}$/.exec(token.slice(-8))?.[0].length ?? 0));
  const close = token.slice(core.length);
  const address = redactAddress(token, names) ?? redactAddress(core, names);
  if (address !== undefined) return address + (redactAddress(token, names) === undefined ? close : '');
  if (isNumber(core) || words.has(core.toLowerCase()) || register.test(core)) return token;
  if (/^(?:[+-](?:trk|new|est|rel|rpl|inv|snat|dnat)){1,8}$/.test(core)) return token;
  const pieces = core.split(/([:.]+)/);
  if (pieces.length > 1 && pieces.every((piece, at) => at % 2 === 1 || isPlain(piece))) return token;
  return names.word(core) + close;
}

function isPlain(piece: string): boolean {
  return piece === '' || isNumber(piece) || words.has(piece.toLowerCase()) || register.test(piece);
}

/** A command line of ovs-ofctl: what is asked, and of which bridge. */
export function redactFlowWords(given: readonly string[], names: Pseudonyms): readonly string[] {
  return given.map((word, at) => {
    const isPlainWord =
      /^(?:-O|OpenFlow1[0-5]|--timeout=\d{1,3}|--no-names|--no-stats|dump-flows|dump-meters|meter-stats)$/.test(
        word,
      );
    return at === 0 || isPlainWord || /^table=\d{1,3}$/.test(word) ? word : names.device(word);
  });
}
