/** `npm run demo`: shows the main path on a twin of its own, which it removes afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireAsExpected, runDemo } from './demo-story.ts';
import type { DemoReport } from './demo-story.ts';
import { startFailure } from './start-failure.ts';
import { startTwin } from './twin.ts';

const ports = { port: 0, awsPort: 0 } as const;

const told = (report: DemoReport): string => `
alice asked for credentials and got a session of her own:
  grant        ${report.grant}
  role         ${report.assumedRoleArn}
  identity     ${report.identityId}
  source       ${report.source}, then ${report.secondSource} when she asked again

With them, through an unmodified AWS SDK:
  her own prefix    ${report.ownPrefix}
  bob's prefix      ${report.otherPrefix}

What the auditor sees (${String(report.steps.length)} steps of ${report.executionArn}):
${report.steps.map((step, index) => `  ${String(index + 1).padStart(2)}  ${step}`).join('\n')}

Events in that history with a secret in them: ${String(report.secretsInHistory)}
`;

const show = async (asJson: boolean): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'stepkey-demo-'));
  try {
    const twin = await startTwin({
      ...ports,
      stateDirectory: directory,
      users: 'demo',
      onProgress: (step) => {
        if (!asJson)
          process.stdout.write(`${process.uptime().toFixed(1).padStart(5)} s  ${step}\n`);
      },
    });
    try {
      const report = await runDemo(twin.endpoints);
      requireAsExpected(report);
      process.stdout.write(asJson ? `${JSON.stringify(report)}\n` : told(report));
    } finally {
      await twin.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

// A newcomer's first screen is no place for the SDK's advice on Node versions.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
try {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  await show(values.json);
} catch (error) {
  process.stderr.write(`The demo failed: ${startFailure(error, ports)}\n`);
  process.exitCode = 1;
}
