/** Gives a board a command; one that it refuses is an error. */
import { givenCommand, type GivenCommand } from '../../../../../shared/protocol/api/commands.ts';
import type { CommandBody } from '../../../../../shared/protocol/commands.ts';
import { AppError } from '../../../../../shared/util/errors.ts';
import type { Api } from '../../lib/api.ts';

/** @throws AppError why it was not taken: the CMS's code, or the board's */
export async function giveCommand(
  api: Pick<Api, 'post'>,
  boardId: string,
  command: CommandBody,
): Promise<GivenCommand> {
  const given = await api.post(`/api/boards/${boardId}/commands`, givenCommand, command);
  const { state, errorCode } = given;
  if (state === 'refused' || state === 'failed')
    throw new AppError(errorCode ?? 'command_refused', 'The board refused the command');
  return given;
}
