// Filters as `tc -r -s -d filter show` of iproute2 6.15 prints them in the lab, with no more than what differs.

/** A filter with what it does, action by action. */
export function filter(
  about: {
    readonly pref: number;
    readonly kind?: string;
    readonly protocol?: string;
    readonly chain?: number;
    readonly rest?: string;
    readonly matches?: readonly string[];
  },
  ...actions: readonly string[]
): string {
  const {
    pref,
    kind = 'matchall',
    protocol = 'all',
    chain = 0,
    rest = '',
    matches = ['not_in_hw (rule hit 0)'],
  } = about;
  const head = `filter protocol ${protocol} pref ${pref} ${kind} chain ${chain} `;
  const lines = actions.map(
    (action, at) => `\taction order ${at + 1}: ${action}
	Action statistics:
	Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0) 
	backlog 0b 0p requeues 0
`,
  );
  return `${[head, `${head}handle 0x1 ${rest}`, ...matches.map(one => `  ${one}`), ...lines].join('\n')}\n`;
}

/** `gact action …`, with the line below it. */
export function gact(control: string): string {
  return `gact action ${control}
	 random type none pass val 0
	 index 2 ref 1 bind 1 installed 3 sec used 3 sec`;
}

/** A policer as an action. */
export function police(limits: string, action = 'drop', more = '', binds = 1): string {
  return ` police 0x9 ${limits} action ${action} overhead 0b linklayer ethernet ${more}
	ref ${binds} bind ${binds}  installed 2 sec used 2 sec`;
}

/** libvirt's own: 16 Mbit/s. */
export const libvirts = `filter protocol all pref 49152 u32 chain 0 
filter protocol all pref 49152 u32 chain 0 fh 800:[80000000] ht divisor 1 
filter protocol all pref 49152 u32 chain 0 fh 800::800[80000800] order 2048 key ht 800 bkt 0 flowid :1 not_in_hw (rule hit 0 success 0)
  match 00000000/00000000 at 0 (success 0 ) 
 police 0x2 rate 16Mbit burst 512Kb mtu 64Kb [003e8000] action drop overhead 0b linklayer ethernet 
	ref 1 bind 1  installed 2 sec used 2 sec

 Sent 0 bytes 0 pkts (dropped 0, overlimits 0) 
`;
