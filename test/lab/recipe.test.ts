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
