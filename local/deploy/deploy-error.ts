/** A template that the twin cannot deploy. The message is one sentence for the person at the terminal. */
export class DeployError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeployError';
  }
}
