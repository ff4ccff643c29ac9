import { expect, test } from 'vitest';
import { FrameReader, frame, frames } from './frames.ts';

test('a message has its channel, type and length in a line before it', () => {
  expect(frame(7, 'run', Buffer.from('id\0-u')).toString()).toBe('7 run 5\nid\0-u');
});

test('messages are found however the stream is cut', () => {
  const stream = Buffer.concat([
    frame(1, 'out', Buffer.from('a\nb 2 3\n')),
    frame(1, 'exit', Buffer.from('0')),
  ]);
  for (let cut = 0; cut <= stream.length; cut++) {
    const reader = new FrameReader();
    const found = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
    expect(found.map(({ id, type, payload }) => [id, type, payload.toString()])).toEqual([
      [1, 'out', 'a\nb 2 3\n'],
      [1, 'exit', '0'],
    ]);
  }
});

test('long data goes in several messages of 64 KiB at most', () => {
  const parts = frames(3, 'in', Buffer.alloc(65536 * 2 + 1));
  expect(parts.map(part => part.subarray(0, part.indexOf(0x0a)).toString())).toEqual([
    '3 in 65536',
    '3 in 65536',
    '3 in 1',
  ]);
});
