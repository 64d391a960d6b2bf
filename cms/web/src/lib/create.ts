/** Makes something, once, however often it is asked for. */
import type { z } from 'zod';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Api } from './api.ts';

/**
 * Where an earlier attempt had arrived and its answer was lost, what that made is saved over, unless somebody has changed it since.
 * @param id chosen by the page; the same for every attempt
 * @param withNew what it is made with and keeps
 * @throws ApiError as the CMS refuses it; `already_created` where it has been changed since
 */
export async function create<S>(
  api: Api,
  path: string,
  schema: z.ZodType<S>,
  id: string,
  input: object,
  withNew: object = {},
): Promise<S> {
  try {
    return await api.post(path, schema, { ...input, ...withNew, id });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'already_created') throw error;
    return api.put(`${path}/${id}`, schema, { ...input, revision: 1 }).catch((refused: unknown) => {
      throw refused instanceof AppError && refused.code === 'revision_conflict' ? error : refused;
    });
  }
}
