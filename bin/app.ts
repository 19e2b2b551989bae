import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FileFaultsError } from '../core/file-faults.ts';
import { addStepkeyStacks } from '../stacks/stepkey-app.ts';
import { bundleFunctions } from '../tools/bundle.ts';

const root = join(import.meta.dirname, '..');
const cacheDirectory = join(root, '.cache');
const account = process.env['CDK_DEFAULT_ACCOUNT'];
const region = process.env['CDK_DEFAULT_REGION'];

const { directory } = await bundleFunctions({
  root,
  outDirectory: join(cacheDirectory, 'functions'),
});
const app = new App();
try {
  addStepkeyStacks(app, {
    root,
    functionsDirectory: directory,
    stagingDirectory: join(cacheDirectory, 'staging'),
    // Without an account at hand the templates fit any account and Region.
    ...(account && region ? { env: { account, region } } : {}),
  });
} catch (error) {
  if (!(error instanceof FileFaultsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
