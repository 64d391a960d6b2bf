import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { part } from '../protocol/programme.ts';
import { takeover } from '../protocol/takeover.ts';
import { programmeOf } from '../../test/lib/programmes.ts';
import { timeline } from './timeline.ts';

const folder = new URL('../../test/vectors/timeline/', import.meta.url);
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const vector = z.strictObject({
  rule: z.string(),
  zone: z.string(),
  defaultPlaylistId: z.uuid().nullable(),
  parts: z.array(part),
  suspensions: z.array(z.strictObject({ from: instant, to: instant, noticeIds: z.array(z.uuid()) })).optional(),
  takeovers: z.array(takeover),
  from: instant,
  to: instant,
  slots: z.array(z.looseObject({ start: instant, end: instant })),
});

const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

test('the folder holds the vectors', () => {
  expect(files.length).toBeGreaterThan(20);
});

test.each(files)('%s', (file) => {
  const { zone, defaultPlaylistId, parts, suspensions, takeovers, from, to, slots } = vector.parse(
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
  );
  expect(timeline(programmeOf(zone, defaultPlaylistId, parts, suspensions), takeovers, from, to)).toEqual(slots);
});
