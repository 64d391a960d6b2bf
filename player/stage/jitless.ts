/**
 * Imported first, for its effect: zod would else try `new Function` while its schemas are made, which the page's content
 * policy refuses and reports each time. A module of its own, because imports run before the importing module's code.
 */
import { config } from 'zod';

config({ jitless: true });
