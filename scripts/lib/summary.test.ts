import { expect, test } from 'vitest';
import { readyLines, stageLine } from './summary.ts';

const ready = { type: 'ready', url: 'http://127.0.0.1:8080', sample: null, firstAdminLink: null } as const;
const where = { data: '/srv/bang-tin/data', cwd: '/srv/bang-tin' };
const accounts = [{ role: 'Tỉnh', email: 'tinh@example.vn', password: 'k7-fresh' }];

test('shows fresh passwords when the CMS handed them over, else only the file that holds them', () => {
  const shown = readyLines(
    { ...ready, sample: { firstBoardId: 'b', accounts, passwordFile: '/srv/bang-tin/data/p.txt' } },
    where,
  );
  expect(shown.join('\n')).toMatch(/Tỉnh +tinh@example\.vn +k7-fresh/);
  const hidden = readyLines(
    { ...ready, sample: { firstBoardId: 'b', accounts: null, passwordFile: '/srv/bang-tin/data/p.txt' } },
    where,
  );
  expect(hidden.join('\n')).toContain('data/p.txt');
  expect(hidden.join('\n')).not.toContain('k7-fresh');
});

test('shows address, data folder and the link for the first administrator', () => {
  const text = readyLines({ ...ready, firstAdminLink: 'http://127.0.0.1:8080/first/abc' }, where).join('\n');
  expect(text).toContain('http://127.0.0.1:8080/first/abc');
  expect(text).toMatch(/Dữ liệu \/ Data +data\n/);
});

test("names the stage's address for every host, with the reason where there is one", () => {
  expect(stageLine({ type: 'stage', url: 'http://127.0.0.1:9/s', host: 'none', reason: 'root' })).toMatch(
    /no browser \(root\).*http:\/\/127\.0\.0\.1:9\/s/,
  );
});

test('says that nothing counts where a headless browser stands in for a window, and only there', () => {
  const line = (host: 'standIn' | 'headless') =>
    stageLine({ type: 'stage', url: 'http://127.0.0.1:9/s', host, reason: 'no display' });
  expect(line('standIn')).toMatch(/không được tính .*plays do not count \(no display\)/);
  expect(line('headless')).not.toMatch(/count/);
});
