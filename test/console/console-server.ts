import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { HttpContext } from '#platform/http/context.ts';
import { createErrorHandler } from '#platform/http/errors.ts';
import { sendSecurityHeaders } from '#platform/http/security-headers.ts';
import { silentLog } from '#platform/logging/logger.ts';
import type { Services } from '#platform/module.ts';
import { systemRandomBytes } from '#platform/random.ts';
import { routes } from '#support/http/routes.ts';
import { settings as consoleSettings } from '#support/settings.ts';
import type { TestServer } from '#test/server.ts';
import { standInVisitors } from './stand-in-visitors.ts';

/** The console over the services of a server, with visitors who need no login. */

export interface ConsoleServer {
  url: string;
  close(): Promise<void>;
}

const unlimited = Object.assign(async () => undefined, {
  refuseExceeded: () => undefined,
  refuseBody: () => undefined,
});

export async function startConsole(
  server: Pick<TestServer, 'app' | 'clock' | 'settings'>,
  services: Services = server.app.services,
): Promise<ConsoleServer> {
  const { clock, settings } = server;
  const app = Fastify({ logger: false, forceCloseConnections: 'idle' });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(createErrorHandler(silentLog));
  sendSecurityHeaders(app);
  const url = 'http://127.0.0.1';
  const http = {
    settings: {
      ...settings,
      ...consoleSettings.read({
        TPG_CONSOLE: true,
        TPG_PUBLIC_URL: url,
        TPG_SHOP_NAME: 'Gem Street',
        TPG_HOST: '127.0.0.1',
        TPG_USE_X_FORWARDED_FOR: false,
        TPG_USE_FORWARDED: false,
      }),
    },
    clock,
    log: silentLog,
    randomBytes: systemRandomBytes,
    limitStrangers: unlimited,
    clientAddress: (request) => request.socket.remoteAddress ?? '',
    openVisitors: async () => standInVisitors(() => clock.now()),
  } satisfies Partial<HttpContext>;
  const plugin = routes(services, http as unknown as HttpContext);
  if (plugin === undefined) throw new Error('The console is off');
  await app.register(plugin);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url: `${address}/console`, close: () => app.close() };
}
