/**
 * Everything that a caller of the engine can do wrong, with the sentence that says so. Sentences are matched by
 * existing clients (`http-api.md` 4), so their words stay. `{}` stands for what the caller named.
 */
export const ERROR_SENTENCES = {
  order_not_found: 'The requested order {} does not exist',
  order_change_forbidden: 'The requested order change is forbidden. {}',
  order_change_no_op: 'The requested order change would result in a no-op. {}',
  invalid_claim: 'Invalid signature. {}',
  claim_signature_invalid: 'Cannot claim order because the signature is invalid.',
  no_payment_wallet: 'The shop has no wallet to pay to yet, so orders cannot be claimed. Please try again later.',
  invalid_address: 'This is not a Tari address: {}',
  invalid_amount: 'This is not an amount: {}',
  invalid_price: 'The price of the order cannot be read: {}',
  unsupported_currency: '{} is not a supported currency: no exchange rate is set for it.',
  exchange_rate_not_found: 'No exchange rate is set for {}.',
  exchange_rate_fixed: 'The rate of {} cannot be set: it is Tari itself.',
  wrong_network: 'The address is on another network. {}',
  wallet_not_authorized: 'The wallet is not authorized to report payments. {}',
  wallet_signature_invalid: 'The signature of the wallet is invalid.',
  wallet_nonce_not_increasing: 'Nonce is not strictly increasing.',
  wallet_not_found: 'There is no wallet with the address {}.',
  payment_contradicted: 'Payment {} is already known with other contents. What was known is kept.',
  payment_not_held: 'Nothing is held of payment {}: it is not known, not confirmed, or used up.',
  payment_cancelled: 'Payment {} has been cancelled and cannot be confirmed.',
  login_nonce_not_increasing: 'Login token signature is invalid. Nonce is not strictly increasing.',
  login_roles_not_held: 'Insufficient Permissions. {}',
  permission_missing: 'Insufficient permissions.',
  credit_exceeds_balance: 'The customer has less than that to take back: {}.',
  order_reset_impossible: 'The shop cannot take a cancelled order back, so it cannot be reset here either.',
  idempotency_key_reused: 'The Idempotency-Key was used for another request before.',
  webhook_not_set_aside: 'There is no webhook {} that is set aside.',
  dead_letter_not_found: 'There is no dead letter of {}.',
  shop_not_configured: 'No shop is configured whose orders could be read.',
  shop_unreachable:
    'The shop could not be asked for all of its open orders. Those that it told of are taken in. Please try again later.',
  no_shop_for_prices: 'No shop is configured whose prices could be set.',
  price_update_not_found: 'There is no price update {}.',
  price_update_finished: 'Price update {}, so there is nothing to try again.',
  role_irrevocable: 'The role {} cannot be revoked: every address has it.',
} as const;

export type EngineErrorCode = keyof typeof ERROR_SENTENCES;

/** What a caller can cause. Anything else that the engine throws is a bug, or a database that is out of reach. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  /** What fills the sentence's `{}`. */
  readonly about: string;

  constructor(code: EngineErrorCode, about = '') {
    super(ERROR_SENTENCES[code].replace('{}', () => about).trim());
    this.code = code;
    this.about = about;
  }
}
