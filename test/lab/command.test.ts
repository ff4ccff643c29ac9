import { expect, test } from 'vitest';
import { command } from './command.ts';

test('a program that is not done in time is ended, and that is said', async () => {
  await expect(command('sleep', ['60'], { limitMs: 50 })).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('sleep was not done within 50 ms'),
  });
});

test('what a program wrote before it failed is in the message', async () => {
  await expect(command('sh', ['-c', 'echo no such release >&2; exit 25'])).rejects.toThrow(
    'sh ended with exit 25:\nno such release',
  );
});
