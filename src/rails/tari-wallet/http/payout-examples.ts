import { HOT_WALLET } from '#platform/http/openapi/example-values.ts';
import type { Examples } from '#platform/http/openapi/examples.ts';

const ADDRESS = '1275wmA8j3bwNkY4hWGyjkq3ccB2EDZC4DEApYn1MP3B6Dm8rKLF5JXuAGyKT9vN9x72gSt4yoXRwzmbGXLgCTQWS2N';
const AMOUNT = 150_000_000;
const LEASE = '9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d-1';
const TXID = '360055273352435819';
const REFERENCE = '94ffe7f176f778a6b9485ef06d4e7b661ec8f35efae1b7d7e0b64f0b51c48809';
const TOO_LITTLE = 'The wallet can spend 12.000000 XTM now, which is not enough for it and the fee.';
const NOT_ONE_SIDED = 'Its address does not take one-sided payments, the only ones that there are.';
const NOT_LISTED = "It was asked for at 2026-11-21T12:00:00.000Z, and the wallet's list does not have it.";

const idOf = (number: number) => `payout-${number}-5f0c1d2e3b4a6978`;
const authOf = (nonce: number, signature: string) => ({ auth: { address: HOT_WALLET, nonce, signature } });
const answerOf = (number: number, what: string) => ({ success: true, message: `Payout ${idOf(number)}: ${what}.` });

/** What a wallet asks and tells of payouts, signed with the key that `docs/wallet-developer.md` publishes. */
export const payoutExamples: Examples = {
  'POST /wallet/payouts/lease': {
    body: {
      lease: { max: 10, seconds: null },
      ...authOf(
        1_795_266_000_002,
        'a062239b1096dbd7b38c38d964b21deb9d74f4d9192332e0af0eeabde55ff1458ddac5cf202b3bc060b52c5d369a3d7b67107ce2b00d9352a55493fd29345305',
      ),
    },
    answer: {
      success: true,
      message: 'Payouts to pay: 1.',
      payouts: [
        {
          ...{ id: idOf(1), kind: 'refund', address: ADDRESS, amount: AMOUNT, lease: LEASE },
          lease_until: '2026-11-21T13:10:00.000Z',
        },
      ],
    },
  },
  'POST /wallet/payouts/release': {
    body: {
      payout: { id: idOf(2), lease: LEASE, reason: TOO_LITTLE },
      ...authOf(
        1_795_266_000_003,
        'b8dae98154af9b4139d961f3fc2bb7355ab1a67ac977d69ab3c736ba13621622e972b5a6ea711690dc6ef8f0c16ab90630fa1e7a3d8900a5ba3e032b26d67f0f',
      ),
    },
    answer: answerOf(2, 'another wallet may take it'),
  },
  'POST /wallet/payouts/started': {
    body: {
      payout: { id: idOf(1), lease: LEASE, address: ADDRESS, amount: AMOUNT },
      ...authOf(
        1_795_266_000_004,
        '082d6d2b657078c79a0c323c270b36b194cd5337e961712d73eb986c51ffb952d7ff7cdbedf9eb63afc9d68fbbaf887f3caf908c1fe7c3a4550517cebccfb60d',
      ),
    },
    answer: answerOf(1, 'pay it now'),
  },
  'POST /wallet/payouts/sent': {
    body: {
      payout: { id: idOf(1), txid: TXID },
      ...authOf(
        1_795_266_000_005,
        '5e738c98f30264972353a7a82dc10ae30dbd847919e30ef00d6703090a91e25bf45a2158eb782782174a093696e8413d4d314ed5b62553e67f886b7a39641f01',
      ),
    },
    answer: answerOf(1, 'it is sent'),
  },
  'POST /wallet/payouts/confirmed': {
    body: {
      payout: { id: idOf(1), txid: TXID, payment_reference: REFERENCE },
      ...authOf(
        1_795_266_000_006,
        '50c839e1b949961954a4f39838f3ebd176c13d112f325fbaf87ffbbc7111515e5000d1be585f34d0735c2d719c0db548289446a78bd580afa5155798d4596f0f',
      ),
    },
    answer: answerOf(1, 'it is confirmed'),
  },
  'POST /wallet/payouts/failed': {
    body: {
      payout: { id: idOf(3), reason: NOT_ONE_SIDED },
      ...authOf(
        1_795_266_000_007,
        'cab9eb4fc0450dbf0d938734dc2c1444f5e755ba52037d61a585934da0408304aeef4bf04fea201f4acb1f41d4df8495f24739212778a3534476fea2a3d6370d',
      ),
    },
    answer: answerOf(3, 'it was not paid'),
  },
  'POST /wallet/payouts/unknown': {
    body: {
      payout: { id: idOf(4), reason: NOT_LISTED },
      ...authOf(
        1_795_266_000_008,
        'c0f4cb5078c196c827db223a2d3c1478b074da97ad66a2f33bc3a324b9fb8a6dae8cdfde493fd6080457885919510ad3e96367c5162523447af762013f8e540d',
      ),
    },
    answer: answerOf(4, 'a person must look into the wallet'),
  },
};
