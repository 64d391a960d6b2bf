import { describe, expect, it } from 'vitest';
import { boardMessages } from '../../shared/protocol/link.ts';
import { AppError } from '../../shared/util/errors.ts';
import { codeOf } from './programmes.ts';

describe('codeOf', () => {
  const systemError = (code: unknown): Error => Object.assign(new Error('No'), { code });

  it.each([
    [new AppError('part_damaged', 'No'), 'part_damaged'],
    [systemError('ENOSPC'), 'disk_full'],
    [systemError('EACCES'), 'eacces'],
    [systemError('ERR_SQLITE_ERROR'), 'err_sqlite_error'],
    [systemError('UND-ERR.socket 1\0'), 'und_err_socket_1_'],
    [systemError('E'.repeat(80)), 'e'.repeat(64)],
    [systemError(7), 'internal_error'],
    [new Error('No'), 'internal_error'],
  ])('%s: a code that the CMS takes', (error, code) => {
    expect(codeOf(error)).toBe(code);
    const said = { version: { epoch: 1, counter: 1 }, state: 'refused', missing: 0, errorCode: codeOf(error) };
    expect(boardMessages.programmeProgressedV1.request.safeParse(said).success).toBe(true);
  });
});
