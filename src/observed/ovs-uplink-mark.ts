/** Keys of `external_ids` by which virt-quota knows what it has put on an uplink. */
export const uplinkMark = {
  /** On a QoS row: the uplink that it is for. */
  uplink: 'virt-quota-uplink',
  /** On a QoS row: UUID of the `linux-noop` row that was found there, to be put back. */
  found: 'virt-quota-uplink-found',
  /** On a Queue row: the port whose bandwidth it guarantees. */
  port: 'virt-quota-guarantee',
} as const;
