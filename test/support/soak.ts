import process from 'node:process';

/** Whether tests may take minutes (`npm run test:soak`): more cases of the same. */
export const inSoak = process.env['STEPKEY_SOAK'] === '1';
