import { describe, expect, it } from 'vitest';
import { CallQueue } from '../../src/libvirt/call-queue.ts';
import { LibvirtError } from '../../src/libvirt/index.ts';
import { PendingCall } from '../../src/libvirt/pending-call.ts';
import { connectProcedures } from '../../src/libvirt/procedures/connect.ts';
import type { Procedure } from '../../src/libvirt/procedures/procedure.ts';

function call(bytes = 0): PendingCall {
  const pending = new PendingCall(
    connectProcedures.hostname as Procedure<never, unknown>,
    Buffer.alloc(bytes),
  );
  pending.answer.catch(() => {});
  return pending;
}

describe('calls that wait to be sent', () => {
  it('are at most 16384; one more is refused, until one has settled', () => {
    const queue = new CallQueue();
    const first = call();
    queue.push(first);
    for (let left = 16_383; left > 0; left -= 1) queue.push(call());
    expect(() => queue.push(call())).toThrow(
      'CONNECT_GET_HOSTNAME: 16384 earlier calls still wait to be sent',
    );
    first.reject(new LibvirtError('timeout', 'late'));
    expect(() => queue.push(call())).not.toThrow();
  });

  it('are at most 64 MiB', () => {
    const queue = new CallQueue();
    for (let left = 16; left > 0; left -= 1) queue.push(call(4 * 1024 ** 2));
    expect(() => queue.push(call(1))).toThrow('16 earlier calls still wait');
    queue.shift();
    expect(() => queue.push(call(1))).not.toThrow();
  });

  it('are given in their order, without those that have settled', () => {
    const queue = new CallQueue();
    const [one, two, three] = [call(), call(), call()];
    for (const each of [one, two, three]) queue.push(each);
    two.reject(new LibvirtError('timeout', 'late'));
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([one, three, undefined]);
  });
});
