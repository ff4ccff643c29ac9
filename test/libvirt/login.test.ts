import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { int32, list } from '../../src/libvirt/codec.ts';
import { FrameParser } from '../../src/libvirt/frame.ts';
import { logIn } from '../../src/libvirt/login.ts';
import { connectProcedures } from '../../src/libvirt/procedures/connect.ts';
import { Rpc } from '../../src/libvirt/rpc.ts';
import { answer, refusal } from './fake-server.ts';

const auth = list(int32, 20);

/** Logs in over two pipes; tells which procedures were called. */
async function attempt(
  types: readonly number[] | undefined,
  { readOnly = false, keepalive = false, polkit = true } = {},
) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const called: string[] = [];
  const parser = new FrameParser();
  output.on('data', chunk => {
    for (const frame of parser.push(chunk)) {
      const known = Object.values(connectProcedures).find(({ number }) => number === frame.procedure);
      called.push(`${known?.name}${frame.procedure === 1 ? ` ${frame.payload.toString('hex')}` : ''}`);
      if (frame.procedure === 66)
        input.write(types === undefined ? refusal(frame, { code: 3 }) : answer(frame, auth, types));
      else if (frame.procedure === 70)
        input.write(
          polkit ? answer(frame, int32, 1) : refusal(frame, { code: 45, message: 'authentication failed' }),
        );
      else if (frame.procedure === 60) input.write(answer(frame, int32, 1));
      else input.write(answer(frame, connectProcedures.open.result, undefined));
    }
  });
  const rpc = new Rpc({ input, output, destroy: () => {}, explain: async () => '' }, 1000);
  const options = keepalive ? { intervalMs: 60_000, count: 1 } : (false as const);
  const outcome = await logIn(rpc, { name: 'x:///', readOnly, keepalive: options }).then(
    () => 'in',
    error => `${error.kind}: ${error.message}`,
  );
  rpc.end();
  return { outcome, called };
}

const open = 'CONNECT_OPEN 0000000100000005783a2f2f2f00000000000000';

it.each([
  ['nothing to do', [], ['AUTH_LIST', open], 'in'],
  ['none', [0], ['AUTH_LIST', open], 'in'],
  ['an old server that does not know the question', undefined, ['AUTH_LIST', open], 'in'],
  ['polkit', [2], ['AUTH_LIST', 'AUTH_POLKIT', open], 'in'],
  ['SASL or polkit', [1, 2], ['AUTH_LIST', 'AUTH_POLKIT', open], 'in'],
  [
    'SASL alone',
    [1],
    ['AUTH_LIST'],
    'unsupported: the server wants authentication by SASL, which is not supported',
  ],
  [
    'something new',
    [9],
    ['AUTH_LIST'],
    'unsupported: the server wants authentication by type 9, which is not supported',
  ],
])('%s', async (_, types, called, outcome) => {
  expect(await attempt(types)).toEqual({ outcome, called });
});

it('is refused when polkit refuses', async () => {
  expect(await attempt([2], { polkit: false })).toEqual({
    outcome: 'libvirt: authentication failed',
    called: ['AUTH_LIST', 'AUTH_POLKIT'],
  });
});

it('asks about keepalive before opening, and only when it is wanted', async () => {
  const { called } = await attempt([], { keepalive: true });
  expect(called).toEqual(['AUTH_LIST', 'CONNECT_SUPPORTS_FEATURE', open]);
});

it('opens with flag 1 for reading only', async () => {
  const { called } = await attempt([], { readOnly: true });
  expect(called.at(-1)).toBe('CONNECT_OPEN 0000000100000005783a2f2f2f00000000000001');
});
