/** Entries of the audit log in words. What a newer part of the CMS writes without words for it yet is shown by its code. */
import type { AuditGroup, AuditRow } from '../../../../../shared/protocol/api/audit.ts';
import { role as roleSchema } from '../../../../../shared/protocol/api/accounts.ts';
import { targets as targetsSchema } from '../../../../../shared/protocol/api/content.ts';
import { version as versionSchema } from '../../../../../shared/protocol/common.ts';
import { exceptionDay } from '../../../../../shared/protocol/programme.ts';
import { sentenceOf } from '../../lib/errors.ts';
import { messagesNamed } from '../../lib/named-messages.ts';
import { formatDate, formatDateTime } from '../../lib/time.ts';
import { durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { getLocale } from '../../paraglide/runtime.js';
import { roleName } from '../accounts/roles.ts';
import { commandName, saidByName } from '../boards/command-words.ts';
import { versionWord } from '../boards/words.ts';
import { exceptionWords } from '../schedules/changes.ts';
import { choiceOf } from '../schedules/cron-choice.ts';
import { describeCron } from '../schedules/cron-words.ts';
import { priorityWord } from '../schedules/priority.ts';
import { wordId } from './word-ids.ts';

const messages = messagesNamed(m, 'audit_');
const word = (kind: 'action' | 'reason' | 'field', code: string): string => messages[wordId(kind, code)]?.() ?? code;

/** What happened, and of units from when, where that is to come. An exercise is called one, so that nobody takes it for an alert, and a command by what it makes a board do. */
export function headlineOf({ action, detail, at }: Pick<AuditRow, 'action' | 'detail' | 'at'>): string {
  if (action === 'board.commanded') return commandGivenTo(detail);
  const exercise = detail.status === 'exercise' ? messages[wordId('action', `${action}.exercise`)] : undefined;
  const done = exercise?.() ?? word('action', action);
  const from = action.startsWith('unit.') ? Number(detail.at ?? detail.validFrom) : NaN;
  if (!(from > at)) return done;
  const planned = action === 'unit.cancelled' ? m.audit_was_planned : m.audit_planned;
  return planned({ done, date: formatDate(from) });
}

export const actionName = (action: string): string => word('action', action);

/** null: there are no words for it yet. */
function commandWords({ name, ...payload }: AuditRow['detail']): string | null {
  const command = commandName({ name: String(name), payload });
  return command === name ? null : command;
}

/** «Gửi lệnh cho bảng: âm lượng 30%» */
function commandGivenTo(detail: AuditRow['detail']): string {
  const command = commandWords(detail);
  const given = word('action', 'board.commanded');
  return command === null ? given : `${given}: ${command.charAt(0).toLocaleLowerCase()}${command.slice(1)}`;
}

const commandSaid = (detail: AuditRow['detail']): readonly string[] =>
  commandWords(detail) === null ? ['name'] : ['name', ...saidByName];

export function groupName(group: AuditGroup): string {
  const names: Record<AuditGroup, () => string> = {
    signIn: m.audit_group_sign_in,
    accounts: m.audit_group_accounts,
    units: m.audit_group_units,
    boards: m.audit_group_boards,
    content: m.audit_group_content,
    schedules: m.audit_group_schedules,
    publishing: m.audit_group_publishing,
    takeovers: m.audit_group_takeovers,
    mournings: m.mournings_title,
    system: m.audit_group_system,
  };
  return names[group]();
}

/** Who did it; what nobody did who was signed in was either tried by somebody or done by the CMS. */
export function whoName(entry: AuditRow): string {
  const { inPlaceOf } = entry.detail;
  const who = entry.who && (entry.who.name ?? entry.who.id);
  if (who !== null && typeof inPlaceOf === 'string' && inPlaceOf !== entry.who?.id)
    return m.approval_in_place({ who, name: entry.names[inPlaceOf] ?? inPlaceOf });
  if (who !== null) return who;
  return entry.action === 'session.refused' ? m.audit_nobody() : m.audit_system();
}

/** What it was about, as far as that says more than who did it. */
export function subjectName(entry: AuditRow): string | null {
  if (entry.subject.type === 'user' && entry.subject.id !== null && entry.subject.id === entry.who?.id) return null;
  return entry.subject.name ?? (typeof entry.detail.email === 'string' ? entry.detail.email : null);
}

export interface DetailLine {
  readonly label: string;
  /** null: it was not told. */
  readonly value: string | null;
  /** null: there was nothing before, or it was not told. */
  readonly before: string | null;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What the entry says beyond its head; of a change what it was before and after, and only what differs.
 * @param unitName what a unit is called now, for entries that do not say what it was called then
 * @param withIds whether ids stand behind the names
 */
export function detailLines(
  entry: AuditRow,
  unitName: (id: string) => string | undefined,
  { withIds = false } = {},
): DetailLine[] {
  const { before, ...after } = entry.detail;
  // The head says it.
  if (entry.action === 'board.commanded') for (const key of commandSaid(after)) delete after[key];
  const nameOf = (id: string): string | undefined => {
    const name = (Object.hasOwn(entry.names, id) ? entry.names[id] : undefined) ?? unitName(id);
    return name === undefined || !withIds ? name : `${name} (${id})`;
  };
  const read = (key: string, value: unknown): string => valueWords(key, value, nameOf);
  if (!isRecord(before)) return Object.entries(after).map(([key, value]) => line(key, read(key, value), null));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const [then, now] = [before[key], after[key]];
    if (Array.isArray(then) && Array.isArray(now)) {
      const words = listWords(then, now, (one) => read('', one));
      return words === '' ? [] : [line(key, words, null)];
    }
    const [was, is] = [then, now].map((value) => (value === undefined ? null : read(key, value)));
    if (was === is || (is == null && was == null)) return [];
    return [line(key, is ?? null, was ?? null)];
  });
}

/** Items of lists that say which they are, whatever else of them changes. */
const idOf = (one: unknown): string => {
  const id = isRecord(one) ? (one.itemId ?? one.date) : undefined;
  return typeof id === 'string' ? id : JSON.stringify(one);
};

/** What became of a list: what was added, taken out and changed, and its new order where what stayed stands otherwise. */
function listWords(was: readonly unknown[], is: readonly unknown[], read: (one: unknown) => string): string {
  const [had, has] = [was, is].map((list) => new Map(list.map((one) => [idOf(one), one])));
  const words = (list: readonly unknown[]): string => list.map(read).join('; ');
  const come = is.filter((one) => !had!.has(idOf(one)));
  const gone = was.filter((one) => !has!.has(idOf(one)));
  const stayed = is.filter((one) => had!.has(idOf(one)));
  const before = was.filter((one) => has!.has(idOf(one)));
  const changed = stayed.flatMap((one) => {
    const [now, then] = [read(one), read(had!.get(idOf(one)))];
    return now === then ? [] : [m.audit_list_changed({ item: now, before: then })];
  });
  return [
    ...(come.length > 0 ? [m.audit_list_added({ items: words(come) })] : []),
    ...(gone.length > 0 ? [m.audit_list_removed({ items: words(gone) })] : []),
    ...changed,
    ...(stayed.map(idOf).join() === before.map(idOf).join() ? [] : [m.audit_list_order({ items: words(is) })]),
  ].join('. ');
}

const line = (key: string, value: string | null, before: string | null): DetailLine => ({
  label: word('field', key),
  value,
  before,
});

const isTime = (key: string): boolean => /(?:At|From|To)$/.test(key) || key === 'at';

function valueWords(key: string, value: unknown, nameOf: (id: string) => string | undefined): string {
  if (value === null || value === undefined || value === '') return '—';
  if (typeof value === 'boolean') return value ? m.audit_yes() : m.audit_no();
  if (typeof value === 'number') {
    if (isTime(key) && value > 1e11) return formatDateTime(value);
    if (key === 'targets') return m.targets_count({ n: value });
    if (key === 'priority') return priorityWord(value);
    if (key === 'readingDistanceCm') return `${(value / 100).toLocaleString(getLocale())} m`;
    return key === 'durationMs' ? durationWords(value) : String(value);
  }
  if (typeof value === 'string') {
    const role = key === 'role' ? roleSchema.safeParse(value) : null;
    if (role?.success) return roleName(role.data);
    if (key === 'reason') return word('reason', value);
    if (key === 'errorCode') return sentenceOf(value);
    if (key === 'cron') return cronWords(value);
    if (key === 'secondFactor' || key === 'status') return word('reason', value);
    return nameOf(value) ?? value;
  }
  if (Array.isArray(value))
    return value.length === 0 ? '—' : value.map((one) => valueWords('', one, nameOf)).join('; ');
  return recordWords(value as Record<string, unknown>, nameOf);
}

function recordWords(value: Record<string, unknown>, nameOf: (id: string) => string | undefined): string {
  if (typeof value.role === 'string' && typeof value.unitId === 'string')
    return `${valueWords('role', value.role, nameOf)}, ${nameOf(value.unitId) ?? value.unitId}`;
  const asException = exceptionDay.safeParse(value);
  if (asException.success) return exceptionWords(asException.data);
  const asVersion = versionSchema.safeParse(value);
  if (asVersion.success) return versionWord(asVersion.data);
  const asTargets = targetsSchema.safeParse(value);
  if (asTargets.success) {
    const { unitIds, boardIds } = asTargets.data;
    const boards = boardIds.flatMap((id) => nameOf(id) ?? []);
    const unnamed = boardIds.length - boards.length;
    const named = [...unitIds.map((id) => nameOf(id) ?? id), ...boards];
    return [...named, ...(unnamed > 0 ? [m.targets_count({ n: unnamed })] : [])].join('; ') || '—';
  }
  return (
    Object.entries(value)
      // Which of the items of a list it is says nothing to anybody.
      .filter(([key, one]) => one !== null && one !== '' && key !== 'itemId')
      .map(([key, one]) => `${word('field', key)}: ${valueWords(key, one, nameOf)}`)
      .join(', ')
  );
}

/** As the schedule itself says it; what somebody wrote by hand also as it was written: its sentence does not say all of it. */
function cronWords(cron: string): string {
  const words = describeCron(cron);
  if (words === '') return cron;
  return choiceOf(cron).mode === 'custom' ? `${words} (${cron})` : words;
}
