/** Invokes the example's Lambda function once, as API Gateway would, and prints what it answers. */
import { handler } from '../../examples/lambda-function/index.ts';

const event = {
  headers: { authorization: `Bearer ${process.env['TOKEN'] ?? ''}` },
  body: process.env['BODY'] ?? '',
};
const answer = await handler(event as never, {});
console.log(JSON.stringify(answer));
