import pino from 'pino';
import { expect, test } from 'vitest';
import { plainLine } from './plain-log.ts';

test('says what the log says, in words', () => {
  const lines: string[] = [];
  const log = pino({ base: { part: 'engine' } }, { write: (line: string) => lines.push(plainLine(line)) });
  log.info('connected to the CMS');
  log.warn({ code: 'device_replaced' }, 'fault');
  log.error({ err: new Error('disk full') }, 'the journal cannot be written');
  expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''))).toEqual([
    'connected to the CMS\n',
    'warning fault (code=device_replaced)\n',
    'ERROR the journal cannot be written (err=disk full)\n',
  ]);
  expect(plainLine('no JSON\n')).toBe('no JSON\n');
});

test('passes nothing on that would steer the terminal', () => {
  const line = JSON.stringify({ level: 40, time: 0, msg: 'from\u001b[2Jthe CMS', file: 'a\nb' });
  expect(plainLine(line).slice(9)).toBe('warning from [2Jthe CMS (file=a b)\n');
});
