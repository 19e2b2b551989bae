/**
 * Zod without its method chains, in English: what every function validates with. The chains alone would be two thirds
 * of it, loaded at each cold start; and code that is generated for a schema (Zod's default) pays where one is used
 * thousands of times, not where most are used once, at the start.
 * @see docs/adr/0054-zod-mini.md
 */
import { en } from 'zod/locales';
import { config } from 'zod/mini';

config({ ...en(), jitless: true });

export * from 'zod/mini';
