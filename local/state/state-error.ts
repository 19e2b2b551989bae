/**
 * The state directory cannot be used. The message is one sentence for the person at the terminal:
 * commands print it alone, without the stack.
 */
export class StateError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StateError';
  }
}
