import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LibvirtError } from '../../src/libvirt/error.ts';
import { EventQueue } from '../../src/libvirt/event-queue.ts';
import { type Connection, connect, type Domain } from '../../src/libvirt/index.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { domainXml, hostXml } from './domains.ts';

let daemon: PrivateLibvirtd;
let connection: Connection;
let vm: Domain;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
  daemon.addHost('one', hostXml('vm1'));
});

afterAll(() => daemon.stop());

beforeEach(async () => {
  connection = await connect(daemon.uri('one'));
  vm = await connection.lookupByName('vm1');
  return () => connection.close();
});

describe('events', () => {
  it('of life come in order, from the moment that asking for them has resolved', async () => {
    const events = await connection.events.lifecycle();
    await connection.destroy(vm);
    await connection.create(vm);
    const other = await connection.defineXml(domainXml('vm2'));
    await connection.undefine(other);
    const seen: string[] = [];
    for await (const { domain, event } of events) {
      seen.push(`${domain.name} ${event}`);
      if (event === 'undefined') break;
    }
    expect(seen).toEqual(['vm1 stopped', 'vm1 started', 'vm2 defined', 'vm2 undefined']);
    expect(events.dropped).toBe(0);
  });

  it('of one domain are only its own', async () => {
    const events = await connection.events.lifecycle({ domain: vm });
    await connection.undefine(await connection.defineXml(domainXml('vm2')));
    await connection.destroy(vm);
    const { value } = await events.next();
    expect(value).toMatchObject({ domain: { name: 'vm1' }, event: 'stopped' });
    await events.return();
  });

  it('of metadata say what kind and whose', async () => {
    const events = await connection.events.metadataChange();
    const uri = 'http://example.org/quota/1';
    await connection.setMetadata(vm, { kind: 'element', uri, key: 'q', value: '<a/>' });
    await connection.setMetadata(vm, { kind: 'title', value: 't' });
    expect((await events.next()).value).toEqual({ domain: vm, kind: 'element', uri });
    expect((await events.next()).value).toEqual({ domain: vm, kind: 'title' });
    await events.return();
  });

  it('stop after return, at the server too', async () => {
    const events = await connection.events.lifecycle();
    const open = events.next();
    expect(await events.return()).toEqual({ done: true, value: undefined });
    expect(await open).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(await events.return()).toEqual({ done: true, value: undefined });
  });

  it('can be asked for again at once after they were given back', async () => {
    const first = await connection.events.lifecycle();
    const [, second] = await Promise.all([first.return(), connection.events.lifecycle()]);
    await connection.destroy(vm);
    expect((await second.next()).value).toMatchObject({ event: 'stopped' });
    await second.return();
  });

  it('go to each loop that asked', async () => {
    const [one, two] = await Promise.all([connection.events.lifecycle(), connection.events.lifecycle()]);
    const tunable = await connection.events.tunable();
    await connection.destroy(vm);
    expect((await one.next()).value).toMatchObject({ event: 'stopped' });
    expect((await two.next()).value).toMatchObject({ event: 'stopped' });
    await Promise.all([one.return(), two.return(), tunable.return()]);
  });

  it('end with the connection: quietly when we close it', async () => {
    const events = await connection.events.lifecycle();
    const open = events.next();
    await connection.destroy(vm);
    await connection.create(vm);
    await connection.close();
    expect((await open).value).toMatchObject({ event: 'stopped' });
    const rest = [];
    for await (const event of events) rest.push(event.event);
    expect(rest).toEqual(['started']);
  });

  it('end with the connection: by throwing when it is lost', async () => {
    const own = await startPrivateLibvirtd();
    const lost = await connect(own.uri('default'));
    const events = await lost.events.lifecycle();
    const open = expect(events.next()).rejects.toMatchObject({ kind: 'closed' });
    await own.kill();
    await open;
    expect(await events.next()).toEqual({ done: true, value: undefined });
    await expect(lost.events.lifecycle()).rejects.toMatchObject({ kind: 'closed' });
    await own.stop();
  });
});

describe('a loop that does not read', () => {
  it('loses the oldest events, and can see how many', async () => {
    const queue = new EventQueue<number>(3, async () => {});
    for (let event = 1; event <= 5; event += 1) queue.push(event, 100);
    queue.end();
    expect(queue.dropped).toBe(2);
    const rest = [];
    for await (const event of queue) rest.push(event);
    expect(rest).toEqual([3, 4, 5]);
  });

  it('gets what waits, and then the error once', async () => {
    const queue = new EventQueue<number>(3, async () => {});
    queue.push(1, 100);
    queue.end(new LibvirtError('closed', 'lost'));
    queue.push(2, 100);
    expect(await queue.next()).toEqual({ done: false, value: 1 });
    await expect(queue.next()).rejects.toThrow('lost');
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });
});
