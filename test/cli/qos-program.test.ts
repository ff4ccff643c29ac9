import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { markingTargets } from '../../src/backend/marking/targets.ts';
import { portBackends } from '../../src/backend/port-holdings.ts';
import { qosCommands } from '../../src/cli/qos-program.ts';

describe('the command line', () => {
  const top = new Command();
  qosCommands(top);
  const choices = (path: readonly string[], option: string) => {
    const command = path.reduce<Command | undefined>(
      (at, name) => at?.commands.find(one => one.name() === name),
      top,
    );
    return command?.options.find(one => one.long === option)?.argChoices;
  };

  it('offers every back end', () => {
    expect(choices(['port', 'translate'], '--backend')).toEqual([...portBackends, 'all']);
  });

  it('offers every target', () => {
    expect(choices(['dscp'], '--target')).toEqual([...markingTargets, 'all']);
  });
});
