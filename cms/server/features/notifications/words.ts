/** A digest as an e-mail: Vietnamese first, then the same in English. The causes are called as the page calls them (words.test.ts). */
import type { Incident } from '../../../../shared/protocol/api/incidents.ts';
import type { IncidentAbout, IncidentKind } from '../../../../shared/protocol/incident.ts';
import { homeZone } from '../units/days.ts';
import type { Digest, DueReminder } from './digest.ts';

interface Words {
  readonly kinds: Record<IncidentKind, string>;
  readonly abouts: Record<IncidentAbout, (n: number) => string>;
  subject(digest: Digest): string;
  opened(n: number, boards: number): string;
  ended(n: number, boards: number): string;
  reminders(n: number): string;
  gone(gone: number, there: number, minutes: number): string;
  data(used: number, limit: number, month: string, until: string): string;
  readonly waits: string;
  readonly disk: string;
  screen(said: string): string;
  since(time: string): string;
  until(from: string, to: string): string;
  more(n: number): string;
  sim(day: string): string;
  warranty(day: string): string;
  readonly open: string;
  readonly stop: string;
  readonly test: { readonly subject: string; readonly text: string };
}

const count = (n: number, one: string, other: string): string => `${n} ${n === 1 ? one : other}`;

export const words: Record<'vi' | 'en', Words> = {
  vi: {
    kinds: {
      power: 'Nhiều khả năng mất điện',
      network: 'Nhiều khả năng do đường truyền',
      area: 'Nhiều khả năng mất điện hoặc mất mạng cả khu vực',
      server: 'Nhiều khả năng do máy chủ hoặc đường truyền của máy chủ',
      sim: 'Nhiều khả năng do SIM hết cước hoặc hết dung lượng',
      player: 'Nhiều khả năng do máy phát',
      screen: 'Nhiều khả năng do màn hình',
      data: 'Theo số máy phát tự đếm',
      unknown: 'Chưa rõ nguyên nhân',
    },
    abouts: {
      away: (n) => `${n} bảng mất kết nối`,
      restarting: (n) => `${n} máy phát khởi động lại liên tục`,
      unproved: (n) => `${n} bảng không có màn hình thật`,
      programme_refused: (n) => `${n} máy phát từ chối chương trình mới`,
      journal_fork: (n) => `${n} bảng có hai bản nhật ký phát khác nhau`,
      dark: (n) => `${n} bảng tắt màn hình lúc lẽ ra phải sáng`,
      screen_failed: (n) => `${n} bảng không điều khiển được màn hình`,
      disk_failed: (n) => `${n} máy phát có ổ đĩa đầy hoặc không ghi được`,
      data_low: (n) => `${n} bảng sắp hết dữ liệu tháng`,
      data_spent: (n) => `${n} bảng đã hết dữ liệu tháng`,
    },
    subject: ({ totals: { opened, ended, reminders } }) =>
      [
        opened.incidents > 0 ? `${opened.incidents} sự cố mới (${opened.boards} bảng)` : '',
        ended.incidents > 0 ? `${ended.incidents} sự cố đã hết` : '',
        reminders > 0 ? `${reminders} hạn SIM, bảo hành` : '',
      ]
        .filter(Boolean)
        .join(', '),
    opened: (n, boards) => `SỰ CỐ MỚI: ${n} sự cố, ${boards} bảng`,
    ended: (n, boards) => `ĐÃ HẾT: ${n} sự cố, ${boards} bảng`,
    reminders: (n) => `SẮP HẾT HẠN: ${n} hạn SIM, bảo hành`,
    gone: (gone, there, minutes) =>
      `${gone} trong ${there} bảng còn kết nối lúc đó mất kết nối ${minutes === 0 ? 'cùng một lúc' : `trong vòng ${minutes} phút`}`,
    data: (used, limit, month, until) => `đã dùng ${used} trong ${limit} MB của tháng ${month}; đếm lại từ ${until}`,
    waits:
      'ảnh và video mới, cùng tin chữ phát hành với chúng hoặc sau đó, chờ sang tháng; cần ngay thì tăng ngân sách hoặc bấm «Tải ngay» ở trang của bảng; phát khẩn cấp vẫn đến',
    disk: 'bảng vẫn phát, nhưng lượt phát có thể không được ghi lại; xin dọn hoặc thay ổ đĩa của máy phát',
    screen: (said) => `máy phát báo: ${said}`,
    since: (time) => `từ ${time}`,
    until: (from, to) => `từ ${from} đến ${to}`,
    more: (n) => `… và ${n} mục khác`,
    sim: (day) => `cước SIM trả đến hết ${day}`,
    warranty: (day) => `bảo hành đến hết ${day}`,
    open: 'Xem căn cứ và danh sách bảng:',
    stop: 'Thôi nhận thư này: mục «Sự cố», phần «Báo cho tôi».',
    test: {
      subject: 'Thư thử',
      text: 'Thư này được gửi để thử. Nhận được thư tức là hệ thống báo sự cố qua thư điện tử được.',
    },
  },
  en: {
    kinds: {
      power: 'Most likely the power',
      network: 'Most likely the network',
      area: 'Most likely the power or the network of the whole area',
      server: 'Most likely the server or its line',
      sim: 'Most likely the SIM card, whose plan or data ran out',
      player: 'Most likely the player',
      screen: 'Most likely the screen',
      data: 'By the player’s own count',
      unknown: 'Cause not known',
    },
    abouts: {
      away: (n) => count(n, 'board offline', 'boards offline'),
      restarting: (n) => count(n, 'player keeps restarting', 'players keep restarting'),
      unproved: (n) => count(n, 'board without a real screen', 'boards without a real screen'),
      programme_refused: (n) => count(n, 'player refused the new programme', 'players refused the new programme'),
      journal_fork: (n) =>
        count(n, 'board with two versions of its journal', 'boards with two versions of their journal'),
      dark: (n) => count(n, 'screen off that should be on', 'screens off that should be on'),
      screen_failed: (n) => count(n, 'screen that cannot be controlled', 'screens that cannot be controlled'),
      disk_failed: (n) =>
        count(n, 'player whose disk is full or takes nothing', 'players whose disk is full or takes nothing'),
      data_low: (n) => count(n, 'board near the end of its month’s data', 'boards near the end of their month’s data'),
      data_spent: (n) =>
        count(n, 'board that has used up its month’s data', 'boards that have used up their month’s data'),
    },
    subject: () => '',
    opened: (n, boards) => `NEW: ${count(n, 'incident', 'incidents')}, ${count(boards, 'board', 'boards')}`,
    ended: (n, boards) => `OVER: ${count(n, 'incident', 'incidents')}, ${count(boards, 'board', 'boards')}`,
    reminders: (n) => `ENDING SOON: ${count(n, 'SIM plan or warranty', 'SIM plans or warranties')}`,
    gone: (gone, there, minutes) =>
      `of the boards that were online then (${there}), ${gone} went offline ${minutes === 0 ? 'at the same moment' : `within ${count(minutes, 'minute', 'minutes')}`}`,
    data: (used, limit, month, until) => `${used} of ${limit} MB used in ${month}; counted anew from ${until}`,
    waits:
      'new pictures and videos, and texts published with them or after them, wait for the next month; if they are needed now, raise the budget or press “Fetch now” on the board’s page; alerts still come',
    disk: 'the board plays on, but its plays may not be recorded; clear or replace the player’s disk',
    screen: (said) => `the player says: ${said}`,
    since: (time) => `since ${time}`,
    until: (from, to) => `from ${from} to ${to}`,
    more: (n) => `… and ${n} more`,
    sim: (day) => `SIM card paid until the end of ${day}`,
    warranty: (day) => `warranty until the end of ${day}`,
    open: 'Evidence and boards:',
    stop: 'To stop these e-mails: «Incidents», «Tell me».',
    test: {
      subject: 'Test',
      text: 'This is a test. That it has arrived means that incidents can be told of by e-mail.',
    },
  },
};

const dateTime = new Intl.DateTimeFormat('en-GB', { timeZone: homeZone, dateStyle: 'short', timeStyle: 'short' });
const date = new Intl.DateTimeFormat('en-GB', { timeZone: homeZone, dateStyle: 'short' });
/** dd/MM/yyyy HH:mm in Viet Nam. */
const timeOf = (at: number): string => dateTime.format(at).replace(',', '');

function incidentLines(incident: Incident, w: Words): string[] {
  const { about, kind, boardCount, boards, evidence, since, endedAt, unitName } = incident;
  const where = boardCount === 1 && boards[0] ? `${boards[0].name} (${boards[0].unitName})` : unitName;
  const when = endedAt === null ? w.since(timeOf(since)) : w.until(timeOf(since), timeOf(endedAt));
  const lines = [`- ${where}: ${w.abouts[about](boardCount)} ${when}. ${w.kinds[kind]}.`];
  if (about === 'away' && evidence.gone > 1)
    lines.push(`  ${w.gone(evidence.gone, evidence.there, Math.ceil(evidence.spanMs / 60_000))}`);
  const { data, screen } = evidence;
  if (data && boardCount === 1)
    lines.push(
      `  ${w.data(data.usedMb, data.limitMb, data.month.split('-').toReversed().join('/'), timeOf(data.until))}`,
    );
  if (about === 'data_spent') lines.push(`  ${w.waits}`);
  if (about === 'disk_failed') lines.push(`  ${w.disk}`);
  if (screen?.said && boardCount === 1) lines.push(`  ${w.screen(screen.said)}`);
  return lines;
}

const reminderLine = ({ unitName, boardName, what, until }: DueReminder, w: Words): string =>
  `- ${boardName} (${unitName}): ${w[what](date.format(until - 1))}`;

function body({ opened, ended, reminders, totals }: Digest, w: Words): string {
  const more = (shown: number, all: number): string[] => (all > shown ? [w.more(all - shown)] : []);
  const sections = [
    opened.length > 0
      ? [
          w.opened(totals.opened.incidents, totals.opened.boards),
          ...opened.flatMap((one) => incidentLines(one, w)),
          ...more(opened.length, totals.opened.incidents),
        ]
      : [],
    ended.length > 0
      ? [
          w.ended(totals.ended.incidents, totals.ended.boards),
          ...ended.flatMap((one) => incidentLines(one, w)),
          ...more(ended.length, totals.ended.incidents),
        ]
      : [],
    reminders.length > 0
      ? [
          w.reminders(totals.reminders),
          ...reminders.map((one) => reminderLine(one, w)),
          ...more(reminders.length, totals.reminders),
        ]
      : [],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** @param url of the page of incidents; null: nobody has said by which address people reach the CMS */
function inBoth(of: (w: Words) => string, url: string | null): string {
  return (['vi', 'en'] as const)
    .map((language) => {
      const w = words[language];
      return [of(w), ...(url === null ? [] : [`${w.open} ${url}`]), w.stop].join('\n\n');
    })
    .join('\n\n----------\n\n');
}

export const emailOf = (digest: Digest, url: string | null): { subject: string; text: string } => ({
  subject: `[Bảng Tin] ${words.vi.subject(digest)}`,
  text: inBoth((w) => body(digest, w), url),
});

export const testEmail = (url: string | null): { subject: string; text: string } => ({
  subject: `[Bảng Tin] ${words.vi.test.subject}`,
  text: inBoth((w) => w.test.text, url),
});
