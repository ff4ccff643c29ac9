/**
 * What one connection holds at most, whatever the other side does. Nothing that waits is without a bound:
 *
 * | what waits | bound | beyond it |
 * |---|---|---|
 * | calls that were sent, those included that timed out (`Rpc`) | 4, and goodbyes | others wait |
 * | calls that wait for a place (`Rpc`) | {@link waitingCallsMax}, {@link waitingBytesMax} | the call is refused |
 * | an outgoing message (`encodeFrame`) | 32 MiB | the call is refused |
 * | everything written and not yet taken (`Rpc`) | {@link unsentBytesMax} | the connection ends |
 * | our answers to pings, our own pings (`Keepalive`) | one of each | a newer one is answered by the one that waits |
 * | pings while our answer waits (`Keepalive`) | {@link unreadPingsMax} | the connection ends |
 * | an incoming message (`FrameParser`) | 32 MiB, held as far as it has come | the connection ends |
 * | a string, a list, a parameter's name (`codec.ts`) | 4 MiB, the length of its procedure, 79 bytes | the connection ends |
 * | an event (`EventHub`) | {@link eventBytesMax} | the connection ends |
 * | events that nobody reads (`EventQueue`, each loop) | its limit, {@link queuedEventBytesMax} | the oldest go and are counted |
 * | events before we know their number (`EventHub`) | {@link unclaimedEventsMax}, {@link queuedEventBytesMax} | the oldest go |
 * | what ssh or another program complains of (`openCommand`) | its last 2000 characters | the beginning goes |
 * | the byte that confirms a TLS session (`openTls`) | one read of the socket | |
 *
 * Streams and file descriptors are never asked for; a message of them ends the connection.
 */

/** Calls that wait for a place. */
export const waitingCallsMax = 16_384;
/** What they take together, in bytes. */
export const waitingBytesMax = 64 * 1024 ** 2;
/** Bytes that were written and that the other side has not taken; all calls under way fit in. */
export const unsentBytesMax = 256 * 1024 ** 2;
/** Pings that come while an answer to an earlier one cannot leave. One read of a socket has up to 2340. */
export const unreadPingsMax = 4096;
/** Largest event, in bytes; those of libvirt are some hundred. */
export const eventBytesMax = 1024 ** 2;
/** What events that wait take together, in bytes of their messages. */
export const queuedEventBytesMax = 8 * 1024 ** 2;
/** Events that come between the server's registering us and its telling us the number. */
export const unclaimedEventsMax = 1024;
