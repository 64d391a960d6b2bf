/** Pictures and videos of the sample province, drawn by us: SVG as a function of time t (0 to 1). Texts in Be Vietnam Pro. */

export interface Drawing {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Seconds of a video; null for a picture. */
  readonly seconds: number | null;
  draw(t: number): string;
}

const TAU = Math.PI * 2;

/** A wavy band from edge to edge, down to the bottom; `phase` moves it. */
function wave(
  width: number,
  height: number,
  y: number,
  amplitude: number,
  turns: number,
  phase: number,
  fill: string,
): string {
  const steps = 60;
  const points = Array.from({ length: steps + 1 }, (_, i) => {
    const x = (i / steps) * width;
    return `${x.toFixed(1)},${(y + amplitude * Math.sin(TAU * (turns * (i / steps) + phase))).toFixed(1)}`;
  });
  return `<path d="M0,${height} L${points.join(' L')} L${width},${height} Z" fill="${fill}"/>`;
}

function lines(
  texts: readonly string[],
  x: number,
  y: number,
  size: number,
  options: { fill?: string; weight?: number; anchor?: string; lead?: number } = {},
): string {
  const { fill = '#fff', weight = 700, anchor = 'start', lead = 1.3 } = options;
  return texts
    .map(
      (text, i) =>
        `<text x="${x}" y="${y + i * size * lead}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${text}</text>`,
    )
    .join('');
}

function sky(id: string, top: string, bottom: string): string {
  return `<defs><linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient></defs>`;
}

function pine(x: number, y: number, size: number, fill: string): string {
  const tier = (i: number) => {
    const top = y - size * (1 - i * 0.22);
    const half = size * (0.16 + i * 0.1);
    return `<path d="M${x},${top} l${half},${size * 0.42} h${-2 * half} Z" fill="${fill}"/>`;
  };
  return `<rect x="${x - size * 0.04}" y="${y - size * 0.2}" width="${size * 0.08}" height="${size * 0.22}" fill="#4b2e1c"/>${tier(2)}${tier(1)}${tier(0)}`;
}

function house(x: number, y: number, size: number, wall: string, roof: string): string {
  return `<g transform="translate(${x} ${y}) scale(${size})"><rect x="-50" y="-60" width="100" height="60" fill="${wall}"/><path d="M-64,-58 L0,-104 L64,-58 Z" fill="${roof}"/><rect x="-12" y="-36" width="24" height="36" fill="#6d4c41"/><rect x="-42" y="-46" width="20" height="18" fill="#b3e5fc"/><rect x="22" y="-46" width="20" height="18" fill="#b3e5fc"/></g>`;
}

function leafTree(x: number, y: number, size: number): string {
  return `<g transform="translate(${x} ${y}) scale(${size})"><rect x="-6" y="-70" width="12" height="70" fill="#5d4037"/><circle cx="0" cy="-100" r="44" fill="#2e7d32"/><circle cx="-30" cy="-80" r="32" fill="#388e3c"/><circle cx="30" cy="-82" r="32" fill="#43a047"/></g>`;
}

const forest: Drawing = {
  name: 'phong-chay-rung.webp',
  width: 1920,
  height: 1080,
  seconds: null,
  draw: () =>
    sky('a', '#7a1f0e', '#f29f3f') +
    `<rect width="1920" height="1080" fill="url(#a)"/><circle cx="1690" cy="560" r="150" fill="#ffd67a"/>` +
    wave(1920, 1080, 700, 60, 1.2, 0.1, '#5b2a16') +
    wave(1920, 1080, 800, 50, 1.7, 0.4, '#3a2413') +
    Array.from({ length: 15 }, (_, i) =>
      pine(40 + i * 132, 930 + 40 * Math.sin(i * 1.9), 190 + 60 * Math.sin(i * 2.7), i % 2 ? '#16331f' : '#1f4429'),
    ).join('') +
    wave(1920, 1080, 960, 18, 3, 0.2, '#12261a') +
    lines(['MÙA KHÔ: GIỮ RỪNG', 'KHÔNG ĐỂ LỬA ĐẾN GẦN'], 110, 190, 104) +
    lines(
      [
        'Không đốt nương, đốt rác gần rừng khi trời hanh, gió mạnh.',
        'Thấy khói lửa, gọi ngay 114 hoặc báo Ủy ban nhân dân xã.',
      ],
      112,
      440,
      46,
      { weight: 500, lead: 1.5 },
    ),
};

const cleanSunday: Drawing = {
  name: 've-sinh-duong-lang.webp',
  width: 1920,
  height: 1080,
  seconds: null,
  draw: () =>
    sky('a', '#4fc3f7', '#e1f5fe') +
    `<rect width="1920" height="1080" fill="url(#a)"/><circle cx="1790" cy="130" r="80" fill="#fff59d"/>` +
    wave(1920, 1080, 690, 40, 1.4, 0.2, '#a5d6a7') +
    wave(1920, 1080, 770, 26, 2, 0.6, '#81c784') +
    house(320, 830, 1.7, '#fff3e0', '#d84315') +
    house(1130, 830, 1.9, '#fffde7', '#c62828') +
    house(1620, 830, 1.5, '#f3e5f5', '#6a1b9a') +
    leafTree(640, 850, 1.6) +
    leafTree(860, 840, 1.2) +
    leafTree(1400, 850, 1.5) +
    `<rect y="840" width="1920" height="240" fill="#607d8b"/><rect y="836" width="1920" height="14" fill="#cfd8dc"/>` +
    Array.from(
      { length: 9 },
      (_, i) => `<rect x="${60 + i * 220}" y="950" width="120" height="14" fill="#eceff1"/>`,
    ).join('') +
    lines(['NGÀY CHỦ NHẬT XANH'], 960, 190, 116, { anchor: 'middle', fill: '#0d47a1' }) +
    lines(
      ['Cùng dọn đường làng, ngõ xóm từ 6 giờ 30 sáng Chủ nhật', 'Mỗi nhà một chổi, một cuốc – xóm làng sạch đẹp'],
      960,
      300,
      50,
      { anchor: 'middle', fill: '#0d47a1', weight: 500, lead: 1.5 },
    ),
};

const traffic: Drawing = {
  name: 'da-uong-khong-lai.webp',
  width: 1080,
  height: 1920,
  seconds: null,
  draw: () =>
    sky('a', '#0b1f3a', '#16406e') +
    `<rect width="1080" height="1920" fill="url(#a)"/>` +
    `<path d="M340,1920 L500,820 H580 L740,1920 Z" fill="#263238"/>` +
    Array.from(
      { length: 4 },
      (_, i) =>
        `<rect x="${534 - i * 3}" y="${880 + i * i * 34}" width="${12 + i * 6}" height="${40 + i * 18}" fill="#ffd54f"/>`,
    ).join('') +
    `<circle cx="540" cy="1230" r="250" fill="#fff"/><circle cx="540" cy="1230" r="250" fill="none" stroke="#d32f2f" stroke-width="52"/>` +
    `<path d="M478,1090 h124 l-18,150 q-44,44 -88,0 Z M530,1262 h20 v86 h46 v22 h-112 v-22 h46 Z" fill="#8d6e63"/><path d="M484,1140 h112 l-12,98 q-44,40 -88,0 Z" fill="#ffb300"/>` +
    `<path d="M366,1056 L714,1404" stroke="#d32f2f" stroke-width="52"/>` +
    lines(['ĐÃ UỐNG RƯỢU BIA', 'KHÔNG LÁI XE'], 540, 250, 96, { anchor: 'middle' }) +
    lines(['Vì bạn, vì gia đình', 'và mọi người trên đường'], 540, 540, 60, {
      anchor: 'middle',
      weight: 500,
      lead: 1.4,
    }) +
    lines(['Ban An toàn giao thông', 'Tỉnh Mẫu (dữ liệu mẫu)'], 540, 1730, 48, {
      anchor: 'middle',
      weight: 500,
      fill: '#cfd8dc',
      lead: 1.4,
    }),
};

const storm: Drawing = {
  name: 'chu-dong-phong-bao.webp',
  width: 1280,
  height: 640,
  seconds: null,
  draw: () =>
    `<rect width="1280" height="640" fill="#00204a"/>` +
    Array.from(
      { length: 26 },
      (_, i) => `<path d="M${30 + i * 50},${(i * 97) % 300} l-26,86" stroke="#3f7fbf" stroke-width="7"/>`,
    ).join('') +
    wave(1280, 640, 560, 26, 3, 0.1, '#0f4c81') +
    wave(1280, 640, 596, 20, 4, 0.5, '#1769aa') +
    lines(['MÙA MƯA BÃO'], 640, 190, 128, { anchor: 'middle', fill: '#ffeb3b' }) +
    lines(['Chằng chống nhà cửa', 'Giữ sẵn đèn, nước, thuốc'], 640, 340, 88, { anchor: 'middle', lead: 1.35 }),
};

/** Sunrise over terraced rice. */
const harvest: Drawing = {
  name: 'mua-vang.mp4',
  width: 1280,
  height: 720,
  seconds: 6,
  draw: (t) => {
    const rise = Math.sin((t * Math.PI) / 2);
    const text = Math.min(1, Math.max(0, (t - 0.12) * 5));
    return (
      sky('a', `hsl(${205 - 10 * rise} 70% ${38 + 22 * rise}%)`, `hsl(${24 + 18 * rise} 92% ${62 + 8 * rise}%)`) +
      `<rect width="1280" height="720" fill="url(#a)"/><circle cx="1120" cy="${470 - 250 * rise}" r="84" fill="#fff3c4"/><circle cx="1120" cy="${470 - 250 * rise}" r="130" fill="#fff3c4" opacity=".28"/>` +
      wave(1280, 720, 400, 46, 1.1, 0.25, '#5b7f5a') +
      ['#8a8f2a', '#b19a1f', '#cfa822', '#e2b93b', '#efcb5c']
        .map((fill, i) => wave(1280, 720, 450 + i * 54, 16, 1.6 + i * 0.3, 0.1 * i + 0.12 * t * (i + 1), fill))
        .join('') +
      `<g opacity="${text}">${lines(['Mùa vàng Tỉnh Mẫu'], 90, 170, 92)}${lines(['Nông sản sạch, quê hương giàu đẹp'], 94, 240, 42, { weight: 500 })}</g>`
    );
  },
};

/** Water, wave upon wave. */
const water: Drawing = {
  name: 'tiet-kiem-nuoc.mp4',
  width: 1280,
  height: 720,
  seconds: 6,
  draw: (t) => {
    const second = t >= 0.5;
    const fade = Math.min(1, (second ? t - 0.5 : t) * 10);
    const drop = (t * 3) % 1;
    return (
      sky('a', '#e0f7fa', '#80deea') +
      `<rect width="1280" height="720" fill="url(#a)"/>` +
      `<path transform="translate(1040 ${60 + 380 * drop * drop})" d="M0,-60 C44,0 44,34 0,46 C-44,34 -44,0 0,-60 Z" fill="#0288d1" opacity="${1 - drop * 0.4}"/>` +
      [
        ['#4dd0e1', 470, 1.2, 1],
        ['#26c6da', 520, 1.7, -1],
        ['#0097a7', 580, 2.2, 1],
        ['#006978', 640, 2.9, -1],
      ]
        .map(([fill, y, turns, way]) =>
          wave(1280, 720, y as number, 22, turns as number, (way as number) * t, fill as string),
        )
        .join('') +
      `<g opacity="${fade}">` +
      (second
        ? lines(['Khóa vòi khi không dùng', 'Giữ sạch nguồn nước'], 90, 190, 72, { fill: '#004d61' })
        : lines(['Tiết kiệm nước', 'là việc mỗi ngày'], 90, 190, 84, { fill: '#004d61' })) +
      `</g>`
    );
  },
};

export const drawings: readonly Drawing[] = [forest, cleanSunday, traffic, storm, harvest, water];
