import { describe, expect, test } from 'vitest';
import { ArgsError, parsePlayerArgs, parseStartArgs } from './args.ts';

describe('npm start', () => {
  test('without flags: port 8080, ./data, a sample and a player', () => {
    expect(parseStartArgs([], '/srv/bang-tin')).toEqual({
      empty: false,
      port: 8080,
      data: '/srv/bang-tin/data',
      player: true,
      headless: false,
    });
  });

  test('obeys its flags; an empty CMS has no board to play on', () => {
    expect(parseStartArgs(['--empty', '--port', '0', '--data', '/var/lib/bt'], '/srv')).toEqual({
      empty: true,
      port: 0,
      data: '/var/lib/bt',
      player: false,
      headless: false,
    });
    expect(parseStartArgs(['--headless'], '/srv')).toMatchObject({ headless: true });
    expect(parseStartArgs(['--no-player'], '/srv')).toMatchObject({ player: false });
  });

  test.each([
    [['--port', '65536'], /number from 0 to 65535, not «65536»/],
    [['--port', '80a'], /not «80a»/],
    [['--port'], /--port/],
    [['--data', ' '], /--data takes a folder/],
    [['--prot', '1'], /--prot/],
    [['extra'], /extra/],
  ])('refuses %j with a sentence', (argv, sentence) => {
    expect(() => parseStartArgs(argv, '/srv')).toThrow(sentence);
    expect(() => parseStartArgs(argv, '/srv')).toThrow(ArgsError);
  });
});

describe('npm run player', () => {
  test('takes an address and a folder', () => {
    expect(parsePlayerArgs(['--cms', 'https://bangtin.example/', '--data', 'p'], '/srv')).toEqual({
      cms: 'https://bangtin.example',
      data: '/srv/p',
      headless: false,
      host: 'auto',
      pairAnew: false,
    });
  });

  test.each([
    [[], /Say which CMS/],
    [['--cms', 'bangtin'], /not «bangtin»/],
    [['--cms', 'ftp://bangtin.example'], /not «ftp:/],
    [['--cms', 'http://a', '--host', 'vlc'], /not «vlc»/],
  ])('refuses %j with a sentence', (argv, sentence) => {
    expect(() => parsePlayerArgs(argv, '/srv')).toThrow(sentence);
  });
});
