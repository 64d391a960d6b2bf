/** How far an order to run another version has come, in words and in a tone. */
import type { OrderState } from '../../../../../shared/protocol/api/updates.ts';
import { m } from '../../paraglide/messages.js';

type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad';

const states: Record<OrderState, { readonly word: () => string; readonly tone: Tone }> = {
  waiting: { word: m.update_state_waiting, tone: 'neutral' },
  taken: { word: m.update_state_taken, tone: 'accent' },
  withdrawn: { word: m.update_state_withdrawn, tone: 'neutral' },
  expired: { word: m.update_state_expired, tone: 'warn' },
  waits: { word: m.update_state_waits, tone: 'accent' },
  fetching: { word: m.update_state_fetching, tone: 'accent' },
  ready: { word: m.update_state_ready, tone: 'accent' },
  trying: { word: m.update_state_trying, tone: 'accent' },
  runs: { word: m.update_state_runs, tone: 'good' },
  wentBack: { word: m.update_state_went_back, tone: 'bad' },
  refused: { word: m.update_state_refused, tone: 'bad' },
};

export const stateWord = (state: OrderState): string => states[state].word();
export const stateTone = (state: OrderState): Tone => states[state].tone;
