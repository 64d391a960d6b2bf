/**
 * Runs in the stage's page before it, isolated from it and sandboxed. The stage talks to the engine over its WebSocket and is given
 * nothing of Electron; only the zoom is fixed here, which a page cannot do for itself.
 */
import { webFrame } from 'electron';

webFrame.setVisualZoomLevelLimits(1, 1);
webFrame.setZoomFactor(1);
