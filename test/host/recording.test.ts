import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QuotaError } from '../../src/errors.ts';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import type { Recording } from '../../src/host/recorded.ts';
import {
  emptyRecording,
  loadRecording,
  recordedIn,
  recordHost,
  recordHypervisor,
  saveRecording,
} from '../../src/host/recording.ts';
import { HostReadError } from '../../src/ports/host.ts';
import type { HypervisorReader } from '../../src/ports/hypervisor.ts';
import { hostOf } from './host-of.ts';

const state = {
  name: 'é x',
  uuid: '11111111-2222-3333-4444-555555555555',
  id: 7,
  active: true,
  persistent: false,
} as const;

const hypervisor: HypervisorReader = {
  info: async () => ({ driver: 'QEMU', uri: 'qemu:///system', libvirtVersion: 9_000_000 }),
  listDomains: async () => [state],
  lookup: async wanted => {
    if (wanted === 'é x') return state;
    throw new QuotaError('not-found', wanted, `no domain '${wanted}'`);
  },
  getXml: async (_domain, scope) => {
    if (scope === 'live') return "<domain type='kvm'>\n</domain>\n";
    throw new QuotaError('refused', 'é x', 'transient domains do not have any persistent config');
  },
  getLiveIoTune: async (_domain, target) => {
    if (target === 'vda') return { read_bytes_sec: 1_000_000, group_name: 'x' };
    throw new QuotaError('refused', target, 'no medium');
  },
  getDiskStats: async () => ({ 'block.count': 1, 'block.0.name': 'vda', 'block.0.rd.bytes': 512 }),
};

const host = hostOf(
  { '/run/libvirt/qemu/é x.pid': '7\n', '/sys/fs/a\\x2db.scope/cpu.max': 'max 100000\n', '/empty': '' },
  { '/sys/secret': 'permission denied' },
  { 'tc -V': 'tc utility, iproute2-6.1.0\n', 'tc class': { exitCode: 1, stdout: '', stderr: 'no\n' } },
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'virt-quota-capture-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Reads something of every kind, as far as it can be read. */
async function recorded(): Promise<Recording> {
  const recording = emptyRecording();
  const seen = recordHost(host, recording);
  await seen.readFile('/run/libvirt/qemu/é x.pid');
  await seen.readFile('/sys/fs/a\\x2db.scope/cpu.max');
  await seen.readFile('/empty');
  await seen.readFile('/absent');
  await expect(seen.readFile('/sys/secret')).rejects.toThrow('permission denied');
  await seen.listFolder('/sys/fs');
  await seen.listFolder('/nowhere');
  await seen.run(['tc', '-V']);
  await seen.run(['tc', 'class']);
  await expect(seen.run(['ovs-vsctl'])).rejects.toThrow('not installed');
  const asked = recordHypervisor(hypervisor, recording);
  await asked.info();
  const domain = await asked.lookup('é x');
  await asked.getXml(domain, 'live');
  await expect(asked.getXml(domain, 'config')).rejects.toThrow('transient');
  await asked.getLiveIoTune(domain, 'vda');
  await expect(asked.getLiveIoTune(domain, 'sda')).rejects.toThrow('no medium');
  await expect(asked.lookup('other')).rejects.toThrow("no domain 'other'");
  return recording;
}

describe('a recording', () => {
  it('comes back from its folder as it was', async () => {
    const recording = await recorded();
    const capture = join(folder, 'capture');
    await saveRecording(recording, capture);
    const loaded = await loadRecording(capture);
    expect(recording.files.size).toBe(5);
    for (const [path, one] of recording.files) expect(await loaded.file(path)).toEqual(one);
    for (const [path, one] of recording.folders) expect(await loaded.folder(path)).toEqual(one);
    for (const [argv, one] of recording.commands) expect(await loaded.command(JSON.parse(argv))).toEqual(one);
    expect(await loaded.info()).toEqual(recording.info[0]);
    expect(await loaded.states()).toEqual([state]);
    for (const { xml, ioTune } of recording.domains.values()) {
      for (const [scope, one] of xml) expect(await loaded.xml(state.uuid, scope)).toEqual(one);
      for (const [target, one] of ioTune) expect(await loaded.ioTune(state.uuid, target)).toEqual(one);
    }
    expect(await loaded.file('/other')).toBeUndefined();
    expect(await loaded.folder('/other')).toBeUndefined();
    expect(await loaded.command(['other'])).toBeUndefined();
    expect(await loaded.ioTune(state.uuid, 'constructor')).toBeUndefined();
  });

  it('is a folder that people can read', async () => {
    await saveRecording(await recorded(), folder);
    expect(readdirSync(folder).sort()).toEqual([
      'commands',
      'files',
      'files.json',
      'folders',
      'folders.json',
      'libvirt',
      'meta.json',
    ]);
    expect(readFileSync(join(folder, 'files/sys/fs/a\\x2db.scope/cpu.max'), 'utf8')).toBe('max 100000\n');
    expect(readFileSync(join(folder, `libvirt/${state.uuid}.live.xml`), 'utf8')).toContain('<domain');
    expect(JSON.parse(readFileSync(join(folder, 'files.json'), 'utf8'))).toEqual({
      absent: { '/': ['absent'] },
      unreadable: { '/sys/secret': 'permission denied' },
    });
  });

  it('answers as the host did', async () => {
    const again = capturedHost(recordedIn(await recorded()));
    expect(await again.readFile('/empty')).toBe('');
    expect(await again.readFile('/absent')).toBeUndefined();
    await expect(again.readFile('/sys/secret')).rejects.toThrow('permission denied');
    expect(await again.listFolder('/sys/fs')).toEqual(['a\\x2db.scope']);
    expect(await again.listFolder('/nowhere')).toBeUndefined();
    expect(await again.run(['tc', 'class'])).toEqual({ exitCode: 1, stdout: '', stderr: 'no\n' });
    await expect(again.run(['ovs-vsctl'])).rejects.toThrow('not installed');
  });

  it('keeps no long output: it is read again for whoever wants it', async () => {
    const recording = emptyRecording();
    const stdout = `${'a row\n'.repeat(20_000)}µ`;
    await recordHost(hostOf({}, {}, { list: { exitCode: 0, stdout, stderr: '' } }), recording).run(['list']);
    await saveRecording(recording, join(folder, 'capture'));
    const result = await capturedHost(await loadRecording(join(folder, 'capture'))).run(['list']);
    expect(result.stdout).toBe(stdout);
    expect(result.stdout).toBe(stdout);
    rmSync(join(folder, 'capture', 'commands'), { recursive: true });
    expect(() => result.stdout).toThrow(QuotaError);
    expect(result.exitCode).toBe(0);
  });

  it('finds a domain by its UUID without the list of all', async () => {
    await saveRecording(await recorded(), folder);
    rmSync(join(folder, 'libvirt', 'domains.json'));
    const libvirt = capturedHypervisor(await loadRecording(folder));
    expect(await libvirt.lookup(state.uuid.toUpperCase())).toEqual(state);
    await expect(libvirt.lookup('é x')).rejects.toThrow('domains.json');
  });

  it('does not know what was not read', async () => {
    const again = capturedHost(recordedIn(await recorded()));
    const missing = [again.readFile('/other'), again.listFolder('/other'), again.run(['tc', '-j'])];
    for (const answer of missing) {
      await expect(answer).rejects.toBeInstanceOf(HostReadError);
      await expect(answer).rejects.toThrow('not in the capture');
    }
  });

  it('answers as libvirt did, by name, UUID or id', async () => {
    const again = capturedHypervisor(recordedIn(await recorded()));
    expect((await again.info()).libvirtVersion).toBe(9_000_000);
    for (const wanted of ['é x', '7', state.uuid, state.uuid.toUpperCase()]) {
      expect(await again.lookup(wanted)).toEqual(state);
    }
    expect(await again.getXml(state, 'live')).toContain('<domain');
    await expect(again.getXml(state, 'config')).rejects.toThrow('transient');
    expect(await again.getLiveIoTune(state, 'vda')).toEqual({ read_bytes_sec: 1_000_000, group_name: 'x' });
    await expect(again.getLiveIoTune(state, 'sda')).rejects.toThrow('no medium');
    await expect(again.getLiveIoTune(state, 'vdz')).rejects.toMatchObject({ code: 'not-found' });
    await expect(again.lookup('other')).rejects.toMatchObject({ code: 'not-found' });
    await expect(capturedHypervisor(recordedIn(emptyRecording())).info()).rejects.toThrow(
      'not in the capture',
    );
  });
});

describe('the folder of a recording', () => {
  it('is not mixed with what is there already', async () => {
    writeFileSync(join(folder, 'something'), '');
    await expect(saveRecording(emptyRecording(), folder)).rejects.toThrow('is not empty');
    await expect(saveRecording(emptyRecording(), join(folder, 'something'))).rejects.toThrow('EEXIST');
  });

  it("is its owner's alone, and all that is in it", async () => {
    const capture = join(folder, 'capture');
    await saveRecording(await recorded(), capture);
    const modes = readdirSync(capture, { recursive: true, encoding: 'utf8' }).map(
      name => statSync(join(capture, name)).mode & 0o077,
    );
    expect(new Set([...modes, statSync(capture).mode & 0o077])).toEqual(new Set([0]));
  });

  it('is no link, and no folder in which others could put one', async () => {
    const [link, open, elsewhere] = [join(folder, 'link'), join(folder, 'open'), join(folder, 'elsewhere')];
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, link);
    mkdirSync(open);
    chmodSync(open, 0o777);
    await expect(saveRecording(emptyRecording(), link)).rejects.toThrow(`'${link}' is a link`);
    await expect(saveRecording(emptyRecording(), `${link}/`)).rejects.toThrow('is a link');
    await expect(saveRecording(emptyRecording(), open)).rejects.toThrow(
      'is a folder that others may write to',
    );
    expect([...readdirSync(elsewhere), ...readdirSync(open)]).toEqual([]);
  });

  it('takes no file that would lie outside of it', async () => {
    const recording = emptyRecording();
    recording.files.set('/../../escaped', { value: 'x' });
    await expect(saveRecording(recording, join(folder, 'new'))).rejects.toThrow(
      'cannot be put into a capture',
    );
  });

  const broken: readonly (readonly [string, (capture: string) => void, string])[] = [
    ['is not there', capture => rmSync(capture, { recursive: true }), "has no 'meta.json'"],
    [
      'is of a later format',
      capture => writeFileSync(join(capture, 'meta.json'), '{"formatVersion":4}'),
      'format 4',
    ],
    ['has no JSON in it', capture => writeFileSync(join(capture, 'meta.json'), 'x'), 'not part of a capture'],
    [
      'has other JSON in it',
      capture => writeFileSync(join(capture, 'folders.json'), '[{"argv":"tc"}]'),
      'not part of a capture',
    ],
    [
      'has a link for a part of it',
      capture => {
        rmSync(join(capture, 'files.json'));
        symlinkSync('/etc/passwd', join(capture, 'files.json'));
      },
      'is not a regular file',
    ],
    [
      'has a folder for a part of it',
      capture => {
        rmSync(join(capture, 'files.json'));
        mkdirSync(join(capture, 'files.json'));
      },
      'is not a regular file',
    ],
  ];

  it.each(broken)('is refused when it %s', async (_what, spoil, message) => {
    const capture = join(folder, 'capture');
    await saveRecording(await recorded(), capture);
    spoil(capture);
    await expect(loadRecording(capture)).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(loadRecording(capture)).rejects.toThrow(message);
  });

  it('never leads out of it', async () => {
    const capture = join(folder, 'capture');
    await saveRecording(await recorded(), capture);
    writeFileSync(join(folder, 'secret'), 'outside');
    symlinkSync('../../secret', join(capture, 'files/link'));
    symlinkSync('../..', join(capture, 'files/up'));
    const source = await loadRecording(capture);
    await expect(source.file('/link')).rejects.toThrow('is not a regular file');
    await expect(source.file('/up/secret')).rejects.toThrow('is not a folder');
    expect(await source.file('/../../secret')).toBeUndefined();
    await expect(source.xml('../../../secret', 'live')).rejects.toThrow();
  });

  it('holds nothing that is too large', async () => {
    const capture = join(folder, 'capture');
    await saveRecording(await recorded(), capture);
    writeFileSync(join(capture, 'files/large'), Buffer.alloc(32 * 1024 ** 2 + 1));
    await expect((await loadRecording(capture)).file('/large')).rejects.toThrow('larger than');
  });

  it('whose list of domains names one like a path is refused', async () => {
    const capture = join(folder, 'capture');
    await saveRecording(await recorded(), capture);
    const file = join(capture, 'libvirt/domains.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(state.uuid, '../../x'));
    await expect((await loadRecording(capture)).states()).rejects.toThrow('not part of a capture');
  });
});
