/** What an officer does in the studio, by the roles and Vietnamese labels that they read. */
import { see } from './see.ts';
import type { Page } from 'playwright';

export class Studio {
  readonly page: Page;
  readonly url: string;
  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  async open(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.url).href);
  }

  async signIn(email: string, password: string): Promise<void> {
    const { page } = this;
    await this.open('/');
    await page.getByLabel('Thư điện tử').fill(email);
    await page.getByRole('textbox', { name: 'Mật khẩu' }).fill(password);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    await see(page.getByRole('heading', { level: 1, name: 'Tổng quan' })).toBeVisible({ timeout: 30_000 });
  }

  async pair(boardId: string, code: string): Promise<void> {
    const { page } = this;
    await this.open(`/boards/${boardId}`);
    await page
      .getByRole('button', { name: /^Ghép nối (bảng|lại)$/ })
      .first()
      .click();
    await page.getByLabel('Mã ghép nối (8 ký tự)').fill(code);
    await page.getByRole('dialog').getByRole('button', { name: 'Ghép nối', exact: true }).click();
    await see(page.getByText('vừa kết nối').first()).toBeVisible({ timeout: 30_000 });
  }

  /** Asks the board whose page is open for a picture of its screen. @returns the picture, as the page shows it */
  async takePicture(): Promise<Buffer> {
    const { page } = this;
    await page.getByRole('button', { name: 'Chụp màn hình' }).click();
    const picture = page.getByRole('img', { name: /^Màn hình của bảng .* lúc \d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/ });
    await see(picture).toBeVisible({ timeout: 60_000 });
    const answer = await page.request.get(new URL((await picture.getAttribute('src'))!, this.url).href);
    return answer.body();
  }

  /** Asks the board whose page is open for its player's log, and opens it. */
  async openLog(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Lấy nhật ký máy phát' }).click();
    await page.getByRole('link', { name: 'Mở nhật ký' }).first().click({ timeout: 30_000 });
    await see(page.getByRole('heading', { level: 1, name: 'Nhật ký máy phát' })).toBeVisible({ timeout: 30_000 });
  }

  /** Uploads files and waits until each is processed. */
  async upload(
    files: { name: string; mimeType: string; buffer: Buffer }[] | string[],
    names: readonly string[],
    within = 240_000,
  ): Promise<void> {
    const { page } = this;
    await this.open('/media');
    await page.locator('input[type=file]').setInputFiles(files as string[]);
    for (const name of names) {
      const card = this.mediaCard(name);
      await see(card).toBeVisible({ timeout: within });
      await see(card.getByText(/\d+×\d+/)).toBeVisible({ timeout: within });
    }
  }

  mediaCard(name: string) {
    return this.page.getByRole('listitem').filter({ has: this.page.getByRole('heading', { name, exact: true }) });
  }

  /** Writes a notice in the layout «Thông báo», and approves it. */
  async writeNotice(title: string, body: string): Promise<void> {
    const { page } = this;
    await this.open('/notices/new');
    await page.getByLabel('Tiêu đề trên bảng').fill(title);
    await page.getByRole('textbox', { name: 'Nội dung' }).fill(body);
    await page.getByRole('button', { name: 'Lưu và duyệt' }).click();
    await see(page.getByText(`Đã duyệt «${title}»`)).toBeVisible();
  }

  /** Throws the notice away whose page is open. */
  async deleteNotice(title: string): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Xóa', exact: true }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Xóa' }).click();
    await see(page.getByText(`Đã chuyển «${title}» vào thùng rác`)).toBeVisible();
  }

  /** Makes a notice of a processed video, and approves it. */
  async noticeOfVideo(title: string, file: string): Promise<void> {
    const { page } = this;
    await this.open('/notices/new');
    await page.getByRole('radio', { name: 'Video', exact: true }).check();
    await page.getByRole('button', { name: 'Chọn video' }).click();
    await page.getByRole('dialog').getByRole('button', { name: file }).click();
    await page.getByLabel('Tên tin').fill(title);
    await page.getByLabel('Mô tả nội dung').fill(title);
    await page.getByRole('button', { name: 'Lưu và duyệt' }).click();
    await see(page.getByText(`Đã duyệt «${title}»`)).toBeVisible();
  }

  /** Makes a playlist in which every item is shown for so many seconds. */
  async makePlaylist(name: string, titles: readonly string[], seconds: number): Promise<void> {
    const { page } = this;
    await this.open('/playlists/new');
    await page.getByLabel('Tên danh sách phát').fill(name);
    await page.getByRole('button', { name: 'Thêm tin' }).first().click();
    const dialog = page.getByRole('dialog');
    for (const title of titles) await dialog.getByRole('checkbox', { name: title }).check();
    await dialog.getByRole('button', { name: /^Thêm \d+ tin$/ }).click();
    for (const title of titles) {
      const field = page.getByLabel(`Thời lượng của ${title}, giây`);
      await field.fill(String(seconds));
      await field.blur();
    }
    await page.getByRole('button', { name: 'Lưu danh sách' }).click();
    await see(page.getByText(`Đã lưu «${name}»`)).toBeVisible();
  }

  /** A schedule entry that is on all day on one board and beats the others. */
  async scheduleNow(name: string, playlist: string, board: string): Promise<void> {
    const { page } = this;
    await this.open('/schedules/new');
    await page.getByLabel('Tên lịch phát').fill(name);
    // The unit stands after the name where there are several.
    const option = page
      .getByLabel('Danh sách phát')
      .getByRole('option')
      .filter({ hasText: new RegExp(`^${playlist}( · |$)`) });
    await page.getByLabel('Danh sách phát').selectOption((await option.getAttribute('value'))!);
    await page.getByLabel('Từ', { exact: true }).fill('00:00');
    await page.getByLabel('Đến', { exact: true }).fill('00:00');
    await page.getByLabel('Mức ưu tiên').selectOption({ label: 'Rất cao' });
    await page.getByLabel('Tìm đơn vị, bảng tin').fill(board);
    await page.getByRole('checkbox', { name: board }).check();
    await see(page.getByText(/Các lần phát sắp tới/)).toBeVisible();
    await page.getByRole('button', { name: 'Lưu lịch' }).click();
    await see(page.getByText(`Đã lưu «${name}»`)).toBeVisible();
  }

  /** Publishes every changed board and waits until this one uses it. */
  async publish(board: string): Promise<void> {
    const { page } = this;
    await this.open('/publish');
    await page.getByRole('button', { name: /^Phát hành tới \d+ bảng$/ }).click();
    await see(
      page
        .getByRole('row', { name: new RegExp(board) })
        .or(page.getByRole('listitem').filter({ hasText: board }))
        .getByText('Đang dùng')
        .first(),
    ).toBeVisible({ timeout: 120_000 });
  }

  /** Raises an exercise on all boards, for so many minutes. */
  async raiseExercise(event: string, headline: string, minutes: number): Promise<void> {
    const { page } = this;
    await this.open('/takeovers/new');
    await page.getByRole('checkbox', { name: /Đây là diễn tập/ }).check();
    await page.getByRole('textbox', { name: 'Sự việc' }).fill(event);
    await page.getByRole('textbox', { name: 'Dòng chính' }).fill(headline);
    await page.getByLabel(/^Đơn vị tính của «Hiệu lực trong»/).selectOption('minutes');
    await page.getByRole('spinbutton', { name: /Hiệu lực trong/ }).fill(String(minutes));
    await page.getByRole('button', { name: 'Tiếp tục đến xác nhận' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Bắt đầu diễn tập/ })
      .click();
    await see(page.getByText(`Đã bắt đầu diễn tập «${event}»`)).toBeVisible();
  }

  /** Suspends what entertains on all boards for two days, the time that is offered. @returns with the mourning open */
  async orderMourning(reason: string): Promise<void> {
    const { page } = this;
    await this.open('/mournings/new');
    await page.getByRole('textbox', { name: 'Lý do' }).fill(reason);
    await page.getByRole('button', { name: 'Tiếp tục đến xác nhận' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Tạm ngừng' }).click();
    await see(page.getByRole('heading', { level: 1, name: reason })).toBeVisible();
  }

  /** Ends the exercise that is open. */
  async endExercise(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Kết thúc diễn tập' }).first().click();
    await page
      .getByRole('alertdialog')
      .or(page.getByRole('dialog'))
      .getByRole('button', { name: 'Kết thúc diễn tập' })
      .click();
    await see(page.getByText('Đã kết thúc diễn tập').first()).toBeVisible();
  }
}
