import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHypervisor } from '../../src/host/libvirt-hypervisor.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import { type Connection, connect } from '../../src/libvirt/index.ts';
import type { Hypervisor } from '../../src/ports/hypervisor.ts';
import { type WatchNews, type WatchOptions, watchDomains } from '../../src/workflow/watch.ts';
import { domainXml } from '../libvirt/domains.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';

// The default host of libvirt's test driver is one for all connections; its domain is `test`.
let daemon: PrivateLibvirtd;
let hypervisor: Hypervisor;
let other: Connection;
let stop: AbortController;

beforeEach(async () => {
  daemon = await startPrivateLibvirtd();
  hypervisor = await openHypervisor(daemon.uri('default'), { readOnly: true, reconnectMs: 200 });
  other = await connect(daemon.uri('default'));
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await hypervisor.close();
  await other.close();
  await daemon.stop();
});

const desiredOf: WatchOptions['desiredOf'] = () => ({
  source: 'libvirt',
  asked: { quota: wholeQuota({}).quota },
});

function watching(options: Partial<WatchOptions> = {}): AsyncGenerator<WatchNews> {
  const surroundings = { hypervisor, signal: stop.signal };
  return watchDomains(surroundings, { names: [], desiredOf, intervalMs: 600_000, settleMs: 50, ...options });
}

async function next(news: AsyncGenerator<WatchNews>): Promise<string> {
  const { value, done } = await news.next();
  if (done === true) return 'end';
  const one: WatchNews = value;
  if (one.kind === 'audited') return `${one.audit.domain.name} after ${one.because.join(' ') || 'a look'}`;
  return 'domain' in one ? `${one.domain.name} ${one.kind}` : one.kind;
}

describe('a watch', () => {
  it('begins with every domain, and goes on with those of which libvirt tells', async () => {
    const news = watching();
    expect(await next(news)).toBe('test after a look');
    const coming = next(news);
    const vm = await other.defineXml(domainXml('vm2'));
    expect(await coming).toBe('vm2 after defined');
    const going = next(news);
    await other.undefine(vm);
    expect(await going).toBe('vm2 gone');
  });

  it('is told of limits that another client sets, and says nothing of changes without a consequence', async () => {
    const news = watching();
    await next(news);
    const [vm] = await other.listDomains();
    if (vm === undefined) throw new Error('no domain');
    const coming = next(news);
    await other.setMetadata(vm, { kind: 'title', value: 'the same limits' });
    await new Promise(resolve => setTimeout(resolve, 300));
    await other.destroy(vm);
    expect(await coming).toBe('test after stopped');
  });

  it('of names leaves the others alone', async () => {
    const news = watching({ names: ['test'] });
    expect(await next(news)).toBe('test after a look');
    const coming = next(news);
    await other.defineXml(domainXml('vm2'));
    await new Promise(resolve => setTimeout(resolve, 300));
    const [vm] = (await other.listDomains()).filter(one => one.name === 'test');
    if (vm !== undefined) await other.destroy(vm);
    expect(await coming).toBe('test after stopped');
    await expect(watching({ names: ['nobody'] }).next()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('looks again at an interval, and stays silent when all is as before', async () => {
    const news = watching({ intervalMs: 100 });
    await next(news);
    const coming = next(news);
    const silence = new Promise(resolve => setTimeout(() => resolve('silence'), 500));
    expect(await Promise.race([coming, silence])).toBe('silence');
    stop.abort();
    expect(await coming).toBe('end');
  });

  it('says that the line is lost, and reads everything anew when it is back', async () => {
    const news = watching();
    await next(news);
    const lost = next(news);
    await daemon.kill();
    expect(await lost).toBe('lost');
    const back = next(news);
    await daemon.restart();
    expect(await back).toBe('back');
    const third = await connect(daemon.uri('default'));
    const coming = next(news);
    await third.defineXml(domainXml('vm3'));
    expect(await coming).toMatch(/^vm3 after (?:defined|a look)$/);
    await third.close();
  });

  it('ends at once when it is told to, also while the line is lost', async () => {
    const news = watching();
    await next(news);
    await daemon.kill();
    expect(await next(news)).toBe('lost');
    const end = next(news);
    stop.abort();
    expect(await end).toBe('end');
  });
});
