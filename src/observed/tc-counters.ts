/** What tc has counted of a class or policer. */
export interface TcCounters {
  readonly bytes: number;
  readonly packets: number;
  readonly dropped: number;
  readonly overlimits: number;
  /** tc's line. */
  readonly text: string;
}

/** `Sent 820 bytes 10 pkt (dropped 0, overlimits 0 requeues 0)`; undefined for every other line. */
export function parseTcCounters(line: string): TcCounters | undefined {
  const match =
    /^\s*(Sent (\d{1,15}) bytes (\d{1,15}) pkts? \(dropped (\d{1,15}), overlimits (\d{1,15}).*)$/.exec(line);
  if (match === null) return undefined;
  const [, text = '', bytes, packets, dropped, overlimits] = match;
  return {
    bytes: Number(bytes),
    packets: Number(packets),
    dropped: Number(dropped),
    overlimits: Number(overlimits),
    text: text.trim(),
  };
}
