import { expect, test } from 'vitest';
import { failuresIn } from './failures.ts';

const passed = { status: 'passed', fullName: 'a tap is limited', failureMessages: [] };
const failed = {
  status: 'failed',
  fullName: 'a tap is limited again',
  failureMessages: ['Error: \u001b[31mno policer\u001b[39m\n    at here'],
};

function report(...testResults: object[]): string {
  return JSON.stringify({ testResults });
}

test('a run without failures has nothing to say at its end', () => {
  const file = { name: '/p/test/a.test.ts', status: 'passed', message: '', assertionResults: [passed] };
  expect(failuresIn(report(file), '/p')).toEqual([]);
});

test('a failed test is named with its file and the reason, without colours', () => {
  const file = {
    name: '/p/test/a.test.ts',
    status: 'failed',
    message: '',
    assertionResults: [passed, failed],
  };
  const text = 'test/a.test.ts > a tap is limited again\n    Error: no policer\n        at here';
  expect(failuresIn(report(file), '/p')).toEqual([{ file: 'test/a.test.ts', text }]);
});

test('a file that failed before its first test is named with its reason', () => {
  const file = {
    name: '/p/test/b.test.ts',
    status: 'failed',
    message: 'Error: no hypervisor',
    assertionResults: [],
  };
  expect(failuresIn(report(file), '/p')).toEqual([
    { file: 'test/b.test.ts', text: 'test/b.test.ts\n    Error: no hypervisor' },
  ]);
});

test('a file whose preparation failed is named although its tests were skipped', () => {
  const skipped = { status: 'skipped', fullName: 'a tap is limited', failureMessages: [] };
  const file = {
    name: '/p/test/c.test.ts',
    status: 'failed',
    message: 'Error: timed out',
    assertionResults: [skipped],
  };
  expect(failuresIn(report(file), '/p')).toEqual([
    { file: 'test/c.test.ts', text: 'test/c.test.ts\n    Error: timed out' },
  ]);
});

test('of a long reason the first lines are told', () => {
  const long = {
    ...failed,
    failureMessages: [Array.from({ length: 90 }, (_, line) => `line ${line}`).join('\n')],
  };
  const file = { name: '/p/test/a.test.ts', status: 'failed', message: '', assertionResults: [long] };
  const [told] = failuresIn(report(file), '/p');
  expect(told?.text.split('\n')).toHaveLength(13);
  expect(told?.text).toContain('line 0');
});
