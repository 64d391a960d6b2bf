import { expect, test } from 'vitest';
import { parsePlayerArgs, parseStartArgs, playerArgs, startArgs } from './args.ts';
import { playerHelp, startHelp } from './help.ts';

test.each([
  ['npm start', startHelp, startArgs],
  ['npm run player', playerHelp, playerArgs],
])('%s names every option, and no other', (_, help, options) => {
  const named = [...help.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(Object.keys(options).toSorted());
});

test('is asked for before anything else is looked at', () => {
  expect(parseStartArgs(['--port', 'x', '--help'], '/srv')).toBe('help');
  expect(parsePlayerArgs(['--help'], '/srv')).toBe('help');
});
