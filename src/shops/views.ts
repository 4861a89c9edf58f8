import type { PriceUpdate } from './store/price-updates.ts';

export type PriceUpdateView = ReturnType<typeof priceUpdateView>;

/** A price update with its progress. */
export function priceUpdateView(update: PriceUpdate) {
  const { target } = update;
  return {
    id: update.id,
    kind: target.kind,
    product_id: target.kind === 'product' ? target.productId : null,
    currency: target.kind === 'shop' ? target.currency : null,
    rate: target.kind === 'shop' ? target.rate : null,
    state: update.state,
    variants_total: update.variantsTotal,
    variants_seen: update.variantsSeen,
    variants_changed: update.variantsChanged,
    variants_left_out: update.variantsLeftOut,
    attempts: update.attempts,
    next_attempt_at: update.finishedAt === null ? update.nextAttemptAt.toISOString() : null,
    last_error: update.lastError,
    remark: update.remark,
    created_at: update.createdAt.toISOString(),
    updated_at: update.updatedAt.toISOString(),
    finished_at: update.finishedAt?.toISOString() ?? null,
  };
}
