/** A scene that cannot be shown. `code` is what the bridge carries; the message is for the player's log only. */
import type { StageEvent } from '../../shared/protocol/bridge.ts';
import { AppError } from '../../shared/util/errors.ts';

export type FailureCode = Extract<StageEvent, { type: 'failed' }>['code'];

export class SceneError extends AppError {
  declare readonly code: FailureCode;

  constructor(code: FailureCode, message: string, cause?: unknown) {
    super(code, message, { cause });
  }
}

/** Anything thrown while a scene was laid out, as a SceneError. */
export function asSceneError(error: unknown): SceneError {
  return error instanceof SceneError ? error : new SceneError('layout_failed', String(error), error);
}
