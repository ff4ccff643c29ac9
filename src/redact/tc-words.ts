/**
 * Words of tc, the kernel's traffic control and what they know of packets. Whatever is not here is taken for a name.
 * @see iproute2 tc/*.c, man/man8/tc*.8
 */
const words = new Set(
  `tc utility iproute2 libbpf error rtnetlink answers command failed invalid argument not found no such device cannot find
  show class qdisc filter action actions order root parent leaf ingress egress clsact noqueue dev device block chain
  protocol pref prio priority handle classid flowid *flowid fh ht bkt link key mask match at nexthdr offset terminal
  divisor chain_template all ip ipv4 ipv6 arp rarp 802_3 802_2 802.1q 802.1ad lldp ppp_ses ppp_disc mpls_uc mpls_mc
  htb hfsc hfsc: tbf sfq fq fq_codel codel pfifo bfifo pfifo_fast pfifo_head_drop mq mqprio taprio ets etf cbs cake drr qfq
  prio red gred sfb choke netem multiq skbprio plug pie fq_pie hhf dualpi2 cbq noop teql0
  matchall flower u32 basic fw bpf cgroup flow route tcindex rsvp rsvp6
  police gact mirred skbedit pedit vlan csum skbmod sample ife nat connmark ct ctinfo tunnel_key mpls simple xt gate bpf
  rate ceil burst cburst mpu overhead linklayer unspec ethernet adsl atm quantum level buffer cbuffer mtu peakrate
  minburst latency lat limit avrate pkts_rate pkts_burst conform-exceed conform exceed action drop pass pipe continue
  reclassify stolen queued trap shot ok goto jump random type none determ netrand val index ref bind installed used pkts
  first_used expires sec firstused statistics sent bytes pkt dropped overlimits requeues backlog lended borrowed giants tokens
  ctokens direct_packets_stat direct_qlen r2q default ver refcnt depth flows perturb headdrop divisor ewma min max
  probability ecn harddrop redadaptive bands priomap deadline period dev ls rt sc ul m1 m2 d work level xperf
  egress redirect mirror to eth_type vlan_id vlan_prio vlan_ethtype cvlan_id cvlan_prio cvlan_ethtype dst_mac src_mac
  dst_ip src_ip ip_proto tcp udp sctp icmp icmpv6 dst_port src_port ip_tos ip_ttl ip_flags tcp_flags arp_op arp_sip
  arp_tip arp_sha arp_tha enc_dst_ip enc_src_ip enc_key_id enc_dst_port enc_tos enc_ttl ct_state ct_zone ct_mark ct_label
  indev in_hw not_in_hw in_hw_count skip_hw skip_sw offloaded used_hw_stats hw_stats immediate delayed disabled
  rule hit success push pop modify id priority queue_mapping mark ptype noskbedit inheritdsfield
  set add munge keys key at mac tcp udp ipv4 src dst smac dmac etype swap src dst encap
  set unset vni nocsum csum key_id nokey pass ref set zone commit force clear label addr
  direct-action da jited tag run_cnt run_time name section object-file bytecode cookie
  kind handle options dev dir protocol pref leaf bytes packets drops overlimits requeues qlen rate pps not_in_hw in_hw
  chain control_action control action_index ref_cnt bind_cnt stats to_dev mirred_action direction egress_redirect
  eaction_index eth order actions overlimit exceed_action qdisc htb class prio burst cburst quantum ceil lended borrowed
  giants tokens ctokens level classid noqos deleted added replaced ecn_mark new_flow_count new_flows_len old_flows_len maxpacket drop_overlimit
  drop_batch memory_limit target interval memory_used ce_mark ce_threshold ce_threshold_selector ecn_mark
  flows throttled gc inactive highprio retransmits orphan_mask low_rate_threshold refill_delay initial_quantum maxrate
  buckets orphans timer_slack horizon horizon_drop horizon_cap delay loss duplicate reorder corrupt gap seed slot
  besteffort triple-isolate nonat nowash no-ack-filter split-gso rtt raw noatm diffserv3 diffserv4 diffserv8 unlimited
  dual-srchost dual-dsthost srchost dsthost hosts ack-filter nat wash
  mode full flags queues map offset count hw dcb channel shaper bw_rlimit
  nomatch empty ematch meta cmp nbyte text and or not eq lt gt u8 u16 u32 layer trans
  pfifo_fast plug default_index expires_in forceful tos ttl hoplimit priority hash-offset plus eat mac_dst
  head tail what where true false null received dropped backlog overrun lastused hit
  tc_cls hashmark parsed continue/pass nothing inhw ok/drop pipe/drop usage root: help object-file
  you must specify only one word line parameters bogus unknown qdisc_kind kernel is not available too many`
    .toLowerCase()
    .split(/\s+/),
);
const version = /^iproute2-(?:ss)?[\d.]{1,16}(?:-[\w.~+-]{1,24})?$/;
/** A control word and what it leads to: `drop/continue`. */
const pair = /^[a-z]{2,12}\/[a-z]{2,12}$/;

/** Whether it is a word of tc. */
export function isTcWord(word: string): boolean {
  const lower = word.toLowerCase();
  if (words.has(lower) || version.test(word)) return true;
  const [, field, offset] = /^([a-z0-9]{2,8})\+(\d{1,5})$/.exec(lower) ?? [];
  if (offset !== undefined) return words.has(field ?? '');
  return pair.test(lower) && lower.split('/').every(one => words.has(one));
}
