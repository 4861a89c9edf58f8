import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { signedClaims } from '#engine/claims/signed-claims.ts';
import { DomainError } from '#engine/errors.ts';
import type { ClaimedOrder } from '#engine/orders.ts';
import { amountMissing } from '#engine/views.ts';
import { address, orderId } from '#platform/http/fields.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import { JsonError, parseJson } from '#platform/json.ts';
import { addressToObject, parseAddress } from '#tari/address.ts';
import { ClaimError, parseClaim } from '#tari/claim.ts';
import { claimedOrder, claimSignature } from './schemas.ts';

/** Claims an order for the address that signed the claim. */
export function claimRoutes(
  claim: ReturnType<typeof signedClaims>['claim'],
  limitStrangers: AnonymousRateLimit,
): FastifyPluginAsyncZod {
  return async (app) => {
    // Clients expect the same answer to every invalid claim, even to one that is not JSON.
    app.removeContentTypeParser('application/json');
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => done(null, body));

    app.post(
      '/order/claim',
      {
        config: { access: 'public' },
        onRequest: limitStrangers,
        schema: {
          summary: 'Claims an order for the address that signed the claim',
          tags: ['customers'],
          body: z.unknown(),
          told: { body: z.object({ address, order_id: orderId, signature: claimSignature }) },
          errors: ['invalid_claim', 'claim_signature_invalid', 'order_not_found', 'no_payment_wallet', 'wrong_network'],
          response: { 200: claimedOrder },
        },
      },
      async (request) => {
        const claimed = await claim(readClaim(request.body));
        return {
          order_id: claimed.order.orderId,
          total_price: claimed.order.totalPrice,
          expires_at: claimed.expiresAt.toISOString(),
          status: claimed.order.status,
          amount_missing: amountMissing(claimed.order),
          send_to: sendToFor(request.headers['user-agent'], claimed),
          pay_to: claimed.payTo,
        };
      },
    );
  };
}

/**
 * Only the Rust server's tool expects an address here as an object. It has no way to read null: where nothing is to be paid
 * any more, as when the claimant's credit has paid at once, it gets the address too, as of old, and shows the status with it.
 */
const RUST_TOOL = 'Tari Payment Server Client';

function sendToFor(userAgent: string | undefined, { sendTo, shopAddress }: ClaimedOrder) {
  return userAgent === RUST_TOOL ? addressToObject(parseAddress(shopAddress)) : sendTo;
}

function readClaim(body: unknown) {
  try {
    return parseClaim(body instanceof Buffer ? parseJson(body.toString('utf8')) : undefined);
  } catch (error) {
    if (error instanceof ClaimError)
      throw new DomainError('invalid_claim', error.message.replace(/^Invalid signature[:.]? */, ''));
    if (error instanceof JsonError) throw new DomainError('invalid_claim', error.message);
    throw error;
  }
}
