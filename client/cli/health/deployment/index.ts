/** What `stepkey doctor --deployment` loads. */
export { checkDeployment } from './check-deployment.ts';
export { readDeployed } from './deployed.ts';
