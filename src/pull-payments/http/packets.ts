import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { changeRequestOf } from '#platform/audit-log/http/idempotency-key.ts';
import { reason, rowId } from '#platform/http/fields.ts';
import { announceNext, idCursor, sortedPageFields } from '#platform/http/pagination.ts';
import type { PullPaymentsService } from '#pull-payments/service-type.ts';
import { pushView } from '#pull-payments/views.ts';
import { pointerParams } from './pull-pointers.ts';
import { OUTCOMES, PACKET_STATES, pull, pullPacket, push } from './schemas.ts';
import { operatorsPacketView, operatorsPullView } from './views.ts';

const PULL_CURSOR = idCursor('pull');
const PACKET_CURSOR = idCursor('pull_packet');
const PUSH_CURSOR = idCursor('push');

const packetSearch = z.strictObject({ state: z.enum(PACKET_STATES).optional(), ...sortedPageFields(PACKET_CURSOR) });

/** The journal: pulls, their packets, and pushes. */
export function packetRoutes(service: PullPaymentsService): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/pull_pointers/:id/pulls',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'The pulls of a pull pointer: what each connection took',
          tags: ['pull payments'],
          params: pointerParams,
          querystring: z.strictObject(sortedPageFields(PULL_CURSOR)),
          errors: ['pull_pointer_not_found'],
          response: { 200: z.array(pull) },
        },
      },
      async ({ params, query: { limit, cursor: after, order } }, reply) => {
        const page = await service.pulls(params.id, { limit, after, order });
        announceNext(reply, PULL_CURSOR, page.next);
        return page.rows.map(operatorsPullView);
      },
    );

    app.get(
      '/api/pull_pointers/:id/packets',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'The packets of a pull pointer, each with its outcome',
          tags: ['pull payments'],
          params: pointerParams,
          querystring: packetSearch,
          errors: ['pull_pointer_not_found'],
          response: { 200: z.array(pullPacket) },
        },
      },
      async ({ params, query: { limit, cursor: after, order, state } }, reply) => {
        const page = await service.packets({ agreementId: params.id, state }, { limit, after, order });
        announceNext(reply, PACKET_CURSOR, page.next);
        return page.rows.map(operatorsPacketView);
      },
    );

    app.get(
      '/api/pull_packets',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'The packets of all pull pointers, such as those whose outcome is unknown',
          tags: ['pull payments'],
          querystring: packetSearch,
          response: { 200: z.array(pullPacket) },
        },
      },
      async ({ query: { limit, cursor: after, order, state } }, reply) => {
        const page = await service.packets({ state }, { limit, after, order });
        announceNext(reply, PACKET_CURSOR, page.next);
        return page.rows.map(operatorsPacketView);
      },
    );

    app.post(
      '/api/pull_packets/:id/resolve',
      {
        config: { access: ['write'] },
        schema: {
          summary: 'Says what became of a packet whose outcome is unknown',
          tags: ['pull payments'],
          params: z.object({ id: rowId }),
          body: z.strictObject({ outcome: z.enum(OUTCOMES), reason: reason.min(1) }),
          errors: ['pull_packet_not_found', 'pull_packet_not_unknown', 'idempotency_key_reused'],
          response: { 200: pullPacket },
        },
      },
      async (request) => {
        const { outcome, reason: why } = request.body;
        return operatorsPacketView(await service.resolve(changeRequestOf(request), request.params.id, outcome, why));
      },
    );

    app.get(
      '/api/pushes',
      {
        config: { access: ['read_all'] },
        schema: {
          summary: 'What was pushed to the server over Interledger, by connection',
          tags: ['pull payments'],
          querystring: z.strictObject(sortedPageFields(PUSH_CURSOR)),
          response: { 200: z.array(push) },
        },
      },
      async ({ query: { limit, cursor: after, order } }, reply) => {
        const page = await service.pushes({ limit, after, order });
        announceNext(reply, PUSH_CURSOR, page.next);
        return page.rows.map(pushView);
      },
    );
  };
}
