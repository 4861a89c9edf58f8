import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { stringifyJson } from '#platform/json.ts';

/**
 * The page loads everything from this server, so the other sources are removed from the plugin's policy. So is the
 * upgrade to https: in the shop's network the server may be reached by plain http, and then nothing would load.
 */
const NOT_IN_POLICY = / upgrade-insecure-requests;| https:| validator\.swagger\.io/g;

/** Serves /docs, the page that shows the API description to people. */
export async function createDocsPage(description: ReturnType<FastifyInstance['swagger']>): Promise<FastifyInstance> {
  const page = Fastify({ logger: false });
  page.setReplySerializer(stringifyJson);
  await page.register(swagger, { mode: 'static', specification: { document: description as never } });
  await page.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    transformStaticCSP: (policy) => policy.replace(NOT_IN_POLICY, ''),
    // The page calls no other server, not even to validate the description.
    uiConfig: { docExpansion: 'list', validatorUrl: null },
  });
  return page;
}
