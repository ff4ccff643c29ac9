import { expect, test } from 'vitest';
import { hashOf, recipeOf } from './recipe.ts';

const recipe = recipeOf('trixie');

test('the name of an image changes with everything that is in it', () => {
  const [first, ...others] = recipe.files;
  const changed = [
    recipeOf('bookworm'),
    { ...recipe, packages: [...recipe.packages, 'socat'] },
    { ...recipe, hook: `${recipe.hook}\n` },
    { ...recipe, files: others },
    { ...recipe, files: [{ path: first?.path ?? '', executable: true, text: '' }, ...others] },
  ];
  expect(new Set([recipe, ...changed].map(hashOf)).size).toBe(6);
  expect(hashOf(recipeOf('trixie'))).toBe(hashOf(recipe));
});

test('the programs that the guest runs are executable there', () => {
  const programs = recipe.files.filter(({ path }) => path.startsWith('usr/local/sbin/'));
  expect(programs.map(({ path, executable }) => [path, executable])).toEqual([
    ['usr/local/sbin/lab-agent', true],
    ['usr/local/sbin/lab-network', true],
  ]);
});

test('only the release in the making is installed from a Release file that is out of date', () => {
  expect(recipeOf('forky').aptOptions).toEqual(['Acquire::Check-Valid-Until "false"']);
  for (const suite of ['trixie', 'bookworm'] as const)
    expect(recipeOf(suite)).not.toHaveProperty('aptOptions');
});
