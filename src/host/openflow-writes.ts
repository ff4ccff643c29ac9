const BRIDGE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/;
const METER =
  /^meter=\d{1,10},(?:pktps|kbps)(?:,burst)?,bands=type=drop,rate=\d{1,10}(?:,burst_size=\d{1,10})?$/;
/** Flows are added whole; one is taken away only by its whole match and a cookie of ours. */
const FLOW =
  /^(?:add cookie=0x[0-9a-f]{1,16},table=\d{1,3}(?:,(?:[a-z_]+|[a-z_]+=\d{1,5}))*,priority=\d{1,5}[\w=,:./]*,actions=[\w=,:./>()[\]-]+|delete_strict cookie=0x7671[0-9a-f]{12}\/-1,table=\d{1,3},priority=\d{1,5}[\w=,:./]*)$/;

/**
 * Whether the words behind `ovs-ofctl` are one of the few commands that write: a bundle of flows, or a meter.
 *
 * @param input the bundle's lines
 */
export function isOpenFlowWrite(words: readonly string[], input?: string): boolean {
  const [timeout = '', option, version = '', ...rest] = words;
  if (!/^--timeout=[1-9]\d?$/.test(timeout) || option !== '-O' || !/^OpenFlow1[34]$/.test(version))
    return false;
  if (rest[0] === '--bundle') {
    const [, verb, bridge = '', file, ...more] = rest;
    if (verb !== 'add-flows' || !BRIDGE.test(bridge) || file !== '-' || more.length > 0) return false;
    return input?.endsWith('\n') === true && input.slice(0, -1).split('\n').every(isFlow);
  }
  const [verb = '', bridge = '', meter = '', ...more] = rest;
  if (input !== undefined || more.length > 0 || !BRIDGE.test(bridge)) return false;
  if (verb === 'del-meter') return /^meter=\d{1,10}$/.test(meter);
  return (verb === 'add-meter' || verb === 'mod-meter') && METER.test(meter);
}

function isFlow(line: string): boolean {
  return FLOW.test(line);
}
