import { describe, expect, it } from 'vitest';
import type { StateFolder } from '../../src/ports/state.ts';
import { openJournals, rememberedName } from '../../src/workflow/journal.ts';
import { remember, remembered } from '../../src/workflow/remembered.ts';
import type { HostSurroundings } from '../../src/workflow/surroundings.ts';
import { hostOf } from '../host/host-of.ts';

function folder(): StateFolder & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    lock: async () => ({ release: async () => {} }),
    save: async (name, text) => void texts.set(name, text),
    load: async name => texts.get(name),
    remove: async name => void texts.delete(name),
    locate: name => name,
    names: async () => [...texts.keys()],
  };
}

const what = { kind: 'profile', subject: 'up0' };
const lines = [['qdisc', 'add', 'dev', 'up0', 'root', 'handle', '8001:', 'sfq']];

/** A host with a device of an index, started once. */
function on(state: StateFolder, index: string, boot = 'a'): HostSurroundings {
  const files = { '/proc/sys/kernel/random/boot_id': boot, '/sys/class/net/up0/ifindex': `${index}\n` };
  const run = async () => ({ exitCode: 0, stdout: '', stderr: '' });
  return { host: hostOf(files), hostWriter: { run }, wait: async () => {}, state };
}

describe('what a removal has to bring back', () => {
  it('is kept for the device, and is no journal', async () => {
    const state = folder();
    await remember(on(state, '4'), what, lines);
    expect(await remembered(on(state, '4'), what)).toEqual(lines);
    expect(await remembered(on(state, '4'), { ...what, kind: 'midonet' })).toEqual([]);
    expect(await openJournals(state)).toEqual({ entries: [], damaged: [] });
    await remember(on(state, '4'), what, []);
    expect([...state.texts]).toEqual([]);
  });

  it('is nothing for another device of the name, or after the host was started anew', async () => {
    const state = folder();
    await remember(on(state, '4'), what, lines);
    expect(await remembered(on(state, '5'), what)).toEqual([]);
    expect(await remembered(on(state, '4', 'b'), what)).toEqual([]);
  });

  it.each(['qdisc del dev eth0 root', 'filter add dev up0 parent 1: protocol ip pref 1 bpf obj /tmp/x.o'])(
    'is nothing when it is no line that we make for the device: %s',
    async line => {
      const state = folder();
      await remember(on(state, '4'), what, [line.split(' ')]);
      expect(await remembered(on(state, '4'), what)).toEqual([]);
    },
  );

  it.each(['', '{', 'null', '[]', '{"device": 1, "restore": []}', '{"restore": [["a"]]}'])(
    'is nothing when it cannot be understood: %j',
    async text => {
      const state = folder();
      state.texts.set(rememberedName(what.kind, what.subject), text);
      expect(await remembered(on(state, '4'), what)).toEqual([]);
    },
  );
});
