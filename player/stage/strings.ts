/** The few words that the stage itself puts on the glass; everything else comes with the scene. */

const vi = {
  level: 'Cấp',
  exercise: 'Diễn tập',
  update: 'Cập nhật',
  allClear: 'Kết thúc cảnh báo',
  pairingTitle: 'Mã ghép nối bảng tin',
  pairingHelp: 'Trên trang quản trị, mở bảng này, chọn «Ghép nối bảng» và nhập mã.',
  pairingAt: 'Trang quản trị',
  scan: 'Quét mã để xem',
  identify: 'Bảng tin này là',
  boardId: 'Mã bảng',
  testPattern: 'Hình thử',
  byHand: 'Bản xem trong trình duyệt – không phải bảng tin, không được tính',
};

export type Strings = Readonly<Record<keyof typeof vi, string>>;
export type Locale = 'vi' | 'en';

const en: Strings = {
  level: 'Level',
  exercise: 'Exercise',
  update: 'Update',
  allClear: 'All clear',
  pairingTitle: 'Pairing code of this board',
  pairingHelp: 'In the CMS, open this board, choose “Pair a board” and enter the code.',
  pairingAt: 'CMS',
  scan: 'Scan to read more',
  identify: 'This board is',
  boardId: 'Board ID',
  testPattern: 'Test pattern',
  byHand: 'Viewed in a browser – not a board, not counted',
};

export const strings: Readonly<Record<Locale, Strings>> = { vi, en };
