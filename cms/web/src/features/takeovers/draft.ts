/** A takeover while it is written, and as the preview shows it. */
import { v7 as uuidv7 } from 'uuid';
import { placeholdersIn, type TakeoverTemplate } from '../../../../../shared/protocol/api/takeover-templates.ts';
import type { TakeoverRequest } from '../../../../../shared/protocol/api/takeovers.ts';
import type { Takeover } from '../../../../../shared/protocol/takeover.ts';
import { sentenceOf } from '../../lib/errors.ts';
import { m } from '../../paraglide/messages.js';

export type TakeoverDraft = Omit<TakeoverRequest, 'clientId' | 'durationMs'> & {
  durationMs: number | null;
  /** The length it had, or would have, as an alert, ms: kept while it is an exercise. */
  alertMs: number | null;
};

const usualMs = 2 * 3_600_000;

export const emptyDraft = (senderName: string): TakeoverDraft => ({
  status: 'actual',
  content: { event: '', level: 3, headline: '', instruction: '', senderName },
  selectors: { all: true, unitIds: [], groups: [], boardIds: [] },
  durationMs: usualMs,
  alertMs: usualMs,
});

/** What is sent of it. */
export const requestOf = ({ alertMs: _alertMs, ...request }: TakeoverDraft): Omit<TakeoverDraft, 'alertMs'> => request;

/** The length that an exercise proposes, ms: time to see every board show it, without holding the screens. Our choice. */
export const exerciseMs = 15 * 60_000;

/**
 * Made an exercise, or an alert again. Each proposes its own length, so that no exercise holds the screens for an emergency's
 * hours and no alert goes after an exercise's minutes.
 */
export function withStatus(draft: TakeoverDraft, status: TakeoverDraft['status']): TakeoverDraft {
  const alertMs = (draft.status === 'exercise' ? draft.alertMs : draft.durationMs) ?? usualMs;
  return { ...draft, status, alertMs, durationMs: status === 'exercise' ? exerciseMs : alertMs };
}

/** What is written in it, to see whether it has been changed. */
export const contentText = ({ content: { event, headline, instruction } }: TakeoverDraft): string =>
  JSON.stringify([event, headline, instruction]);

/** Filled in from a template; sender, targets, whether it is an exercise and the length of an exercise stay. */
export const fromTemplate = (draft: TakeoverDraft, template: TakeoverTemplate): TakeoverDraft => ({
  ...draft,
  content: {
    ...draft.content,
    event: template.event,
    level: template.level,
    headline: template.headline,
    instruction: template.instruction,
  },
  durationMs: draft.status === 'exercise' ? draft.durationMs : template.durationMs,
  alertMs: template.durationMs,
});

/** The fields in which placeholders of a template are left, each with what to do about it. */
export function placeholdersLeft({ content }: TakeoverDraft): Record<string, string> {
  const open = Map.groupBy(placeholdersIn(content), ({ field }) => field);
  return Object.fromEntries(
    [...open].map(([field, left]) => [
      `content.${field}`,
      sentenceOf('takeover_placeholder_left', { text: left.map(({ text }) => text).join(', ') }),
    ]),
  );
}

/** The document as boards would get it, with a sample's words where none are written yet. */
export function previewTakeover(draft: TakeoverDraft, startsAt: number): Takeover {
  const { event, level, headline, instruction, senderName } = draft.content;
  return {
    v: 1,
    takeoverId: uuidv7(),
    sequence: { epoch: 1, counter: 1 },
    type: 'alert',
    supersedes: null,
    status: draft.status,
    content: {
      event: event.trim() || m.takeover_event_flood(),
      level,
      headline: headline.trim() || m.takeover_sample_headline(),
      instruction,
      senderName: senderName.trim() || m.takeover_sender(),
    },
    issuedAt: startsAt,
    startsAt,
    expiresAt: startsAt + (draft.durationMs ?? 3_600_000),
    selectors: draft.selectors,
  };
}
