/** What `--help` says of the scripts, in both languages. Every option of args.ts stands here; a test sees to it. */

interface Option {
  /** As it is typed. */
  readonly option: string;
  readonly vi: string;
  readonly en: string;
}

const startOptions: readonly Option[] = [
  {
    option: '--empty',
    vi: 'không có tỉnh mẫu: quản trị viên đầu tiên vào bằng liên kết dùng một lần; không khởi động máy phát',
    en: 'no sample province: the first administrator comes by a one-time link; no player is started',
  },
  {
    option: '--port N',
    vi: 'cổng của CMS (8080; 0: cổng trống bất kỳ)',
    en: 'port of the CMS (8080; 0: any free one)',
  },
  { option: '--data DIR', vi: 'thư mục dữ liệu (data)', en: 'data folder (data)' },
  { option: '--no-player', vi: 'chỉ CMS, không máy phát', en: 'the CMS alone, without a player' },
  {
    option: '--headless',
    vi: 'máy phát không mở cửa sổ, để thử nghiệm: lượt phát vẫn được tính',
    en: 'the player opens no window, as a test: its plays count',
  },
  { option: '--help', vi: 'hiện các lựa chọn này', en: 'these options' },
];

const playerOptions: readonly Option[] = [
  { option: '--cms URL', vi: 'địa chỉ CMS, bắt buộc', en: 'address of the CMS, required' },
  { option: '--data DIR', vi: 'thư mục dữ liệu (player-data)', en: 'data folder (player-data)' },
  {
    option: '--headless',
    vi: 'không mở cửa sổ, để thử nghiệm: lượt phát vẫn được tính',
    en: 'opens no window, as a test: its plays count',
  },
  {
    option: '--host auto|electron|chromium',
    vi: 'cửa sổ nào (auto: cái tốt nhất có ở đây)',
    en: 'which window (auto: the best there is)',
  },
  {
    option: '--pair-anew',
    vi: 'bỏ bảng đang ghép nối và hiện mã mới; lượt phát chưa gửi vẫn được gửi',
    en: 'gives up its board and shows a new code; what it owes is still delivered',
  },
  { option: '--help', vi: 'hiện các lựa chọn này', en: 'these options' },
];

function page(usage: string, vi: string, en: string, options: readonly Option[]): string {
  const width = Math.max(...options.map(({ option }) => option.length));
  const lines = options.flatMap((one) => [
    `  ${one.option.padEnd(width)}   ${one.vi}`,
    `  ${''.padEnd(width)}   ${one.en}`,
  ]);
  return [usage, '', vi, en, '', ...lines].join('\n');
}

export const startHelp = page(
  'npm start -- [OPTION…]',
  'Dựng các trang, chạy CMS với một tỉnh mẫu và một máy phát cho bảng đầu tiên.',
  'Builds the pages, runs the CMS with a sample province and a player for its first board.',
  startOptions,
);
export const playerHelp = page(
  'npm run player -- --cms URL [OPTION…]',
  'Chạy một máy phát cho CMS đó; lần đầu nó hiện mã ghép nối.',
  'Runs a player for that CMS; the first time it shows a pairing code.',
  playerOptions,
);

export const seeHelp = (command: string): string => `Các lựa chọn / Options: ${command} -- --help`;
