import { expect, it } from 'vitest';
import { screenHours, type ScreenHours } from '../../shared/protocol/screen.ts';
import { Then } from './accepted.ts';
import { readRecordings } from './files.ts';

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const day = { from: 300, to: 1320 };
const light = { from: 1080, to: 360, night: 30, day: 90 };

it.each(readRecordings().filter(({ schemas }) => JSON.stringify(schemas.documents).includes('setScreenHours')))(
  'hours of every day are said so that a player of $name takes them; hours of a week it takes, or refuses whole if it is from before them',
  ({ schemas, about }) => {
    const then = new Then(schemas);
    const order = (hours: ScreenHours): void => {
      const command = { v: 1, commandId: about.boardId, boardId: about.boardId, issuedAt: 1, expiresAt: 2 };
      const said = { ...command, name: 'setScreenHours', hours: screenHours.parse(hours) };
      then.documentsIn(`${encoded({ typ: 'bang-tin-command' })}.${encoded(said)}.c2ln`);
    };
    for (const hours of [
      { on: null, light: null },
      { on: day, light },
    ])
      expect(() => order(hours)).not.toThrow();
    const week = (): void => order({ on: { week: [day, day, day, day, day, null, null] }, light });
    if (JSON.stringify(schemas.documents).includes('"week"')) expect(week).not.toThrow();
    else expect(week).toThrow(/refused/);
  },
);
