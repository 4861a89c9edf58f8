import { giveClaimsTheirKinds } from './owners/claims.ts';
import { giveMoneyItsOwners } from './owners/money.ts';
import { keepReport } from './owners/report.ts';
import type { SchemaMigration } from './schema.ts';

/**
 * Says of every claim and link how it came about, and whose the credit is that was there before money had owners. Each
 * settlement gets the payments that paid it; what is left of a payment is its order's, its customer's or its sender's.
 */
export const ownersOfWhatWasThere: SchemaMigration = (schema) => ({
  async up(database) {
    const claims = await giveClaimsTheirKinds(database);
    const money = await giveMoneyItsOwners(database);
    await keepReport(database, claims, money);
    // Whether a claim was signed is a part of what a payment says.
    await schema.permit(database, 'payments', 'update');
    await schema.forbid(database, 'payments', 'update', [
      'txid',
      'account',
      'account_ordinal',
      'sender',
      'amount',
      'memo',
      'payment_type',
      'order_id',
      'claimant',
      'claim_is_signed',
      'created_at',
    ]);
  },
});
