/** A scripted stage for tests: speaks the bridge as the page does, fetches what it is to show, and paints at once. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { stageCommand, type Scene, type StageCommand, type StageEvent } from '../../shared/protocol/bridge.ts';
import {
  technicianCommand,
  type TechnicianCommand,
  type TechnicianEvent,
  type TechnicianSaid,
  type TechnicianView,
} from '../../shared/protocol/technician.ts';
import { Changes } from './testing-changes.ts';

export class TestStage {
  /** What the director said, in order. */
  readonly commands: StageCommand[] = [];
  /** What was brought to the front, in order. */
  readonly shown: Scene[] = [];
  /** What stands over it. */
  technician: TechnicianView | null = null;
  /** It was told what stands over it, or that nothing does. */
  technicianTold = false;
  closeCode: number | null = null;
  readonly #said: StageEvent['type'][] = [];
  readonly #changes = new Changes();
  readonly #socket: WebSocket;
  readonly #origin: string;
  readonly #scenes = new Map<string, Scene>();
  readonly #timer: NodeJS.Timeout;
  readonly #onPainted: (scene: Scene) => void;
  #assetBase = '';
  #front: string | null = null;

  private constructor(socket: WebSocket, origin: string, onPainted: (scene: Scene) => void) {
    this.#socket = socket;
    this.#origin = origin;
    this.#onPainted = onPainted;
    socket.on('message', (data) => void this.#obey(stageCommand.or(technicianCommand).parse(JSON.parse(String(data)))));
    socket.on('close', (code) => {
      this.closeCode = code;
      clearInterval(this.#timer);
      this.#changes.tell();
    });
    this.#timer = setInterval(() => {
      if (this.#front !== null) this.send({ type: 'alive', sceneId: this.#front });
    }, 1_000);
  }

  /** Opens the stage's address as a browser would. @param onPainted called with each scene just before its first frame is reported */
  static async open(url: string, onPainted: (scene: Scene) => void = () => undefined): Promise<TestStage> {
    const { origin, host, searchParams } = new URL(url);
    const socket = new WebSocket(`ws://${host}/bridge?token=${searchParams.get('token') ?? ''}`, { origin });
    const stage = new TestStage(socket, origin, onPainted);
    await new Promise<void>((resolve, reject) => socket.once('open', () => resolve()).once('error', reject));
    stage.send({ type: 'ready', width: 640, height: 320, pixelRatio: 1 });
    return stage;
  }

  /** How often it has said something of this type. */
  said(type: StageEvent['type']): number {
    return this.#said.filter((said) => said === type).length;
  }

  send(event: StageEvent | TechnicianEvent): void {
    if (event.type !== 'technician') this.#said.push(event.type);
    this.#changes.tell();
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(event));
  }

  /** Somebody at this glass. */
  technicianSays(said: TechnicianSaid): void {
    this.send({ type: 'technician', said });
  }

  /** Resolves when the engine has taken everything that was said to it before; never, when it goes meanwhile. @throws Error when it is gone */
  async heard(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) throw new Error('The engine is gone');
    const pong = once(this.#socket, 'pong');
    this.#socket.ping();
    await pong;
  }

  get front(): Scene | null {
    return (this.#front !== null && this.#scenes.get(this.#front)) || null;
  }

  until<T>(condition: () => T | undefined | null | false): Promise<T> {
    return this.#changes.until(condition, () => this.commands.slice(-5));
  }

  /** Resolves when such a scene is in front. */
  untilFront(kind: Scene['kind']): Promise<Scene> {
    return this.until(() => this.front?.kind === kind && this.front);
  }

  /** Resolves with the pairing code in front, another than `before`. */
  untilCode(before = ''): Promise<string> {
    return this.until(() => this.front?.kind === 'pairing' && this.front.code !== before && this.front.code);
  }

  /** Resolves when this notice is in front. */
  untilNotice(noticeId: string): Promise<Scene> {
    return this.until(() => this.front?.kind === 'notice' && this.front.notice.noticeId === noticeId && this.front);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.terminate();
    await this.until(() => this.closeCode !== null);
  }

  async #obey(command: StageCommand | TechnicianCommand): Promise<void> {
    if (command.type === 'technician') {
      this.technician = command.view;
      this.technicianTold = true;
      return this.#changes.tell();
    }
    this.commands.push(command);
    if (command.type === 'configure') this.#assetBase = command.assetBase;
    if (command.type === 'prepare') await this.#prepare(command.sceneId, command.scene);
    if (command.type === 'show') {
      const scene = this.#scenes.get(command.sceneId);
      this.#front = command.sceneId;
      if (scene) {
        this.shown.push(scene);
        this.#onPainted(scene);
      }
      this.send({ type: 'painted', sceneId: command.sceneId, agoMs: 0 });
    }
    this.#changes.tell();
  }

  async #prepare(sceneId: string, scene: Scene): Promise<void> {
    this.#scenes.set(sceneId, scene);
    const asset = scene.kind === 'notice' && scene.notice.content.type !== 'layout' ? scene.notice.content.asset : null;
    if (asset !== null) {
      const whole = await fetch(this.#origin + this.#assetBase + asset)
        .then(async (response) => (await response.arrayBuffer()) && response.ok)
        // The engine is gone.
        .catch(() => false);
      if (!whole) return this.send({ type: 'failed', sceneId, code: 'asset_unreadable', detail: asset });
    }
    this.send({ type: 'prepared', sceneId });
  }
}
