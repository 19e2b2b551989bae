/** The same Fastify for the broker and for what it is compared with. */
import fastify from 'fastify';

interface Asked {
  readonly authorization: string;
  readonly body: string;
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @returns its port */
export const bareServer = async (answer: (asked: Asked) => Promise<Answered>): Promise<number> => {
  const server = fastify();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  server.post('/v1/credentials', async (request, reply) => {
    const { status, headers, body } = await answer({
      authorization: request.headers.authorization ?? '',
      body: request.body as string,
    });
    return reply.code(status).headers(headers).send(body);
  });
  return Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port);
};
