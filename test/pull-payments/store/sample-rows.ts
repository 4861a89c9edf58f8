const ID = '6b5e79c7-3a4e-4f0e-9f6d-2d0a7f6c1b11';

/** Rows of every table of pull payments, as SQLite takes them. */
export function sampleRows(time: string): string[] {
  return [
    `insert into pull_identity (id, seed, btp_token, created_at) values (1, '${'0a'.repeat(32)}', 'token', '${time}')`,
    `insert into pull_agreements (agreement_id, token_hash, source, state, revision, asset_code, reference, total, cycle, total_before, bookings, created_at, updated_at)
     values ('${ID}', '${'ab'.repeat(32)}', 'online', 'active', 1, 'XRP', 'contract “ä”', '18446744073709552', 2, '0', 1, '${time}', '${time}')`,
    `insert into pull_revisions (agreement_id, revision, amount, asset_code, asset_scale, start_at, expiry_at, interval_length, cycles, cap, max_pull, anchor_at, skipped, granted_before, carried_total, carried_interval, first_cycle, converted_units, converted_per, created_at)
     values ('${ID}', 1, '18446744073709551615', 'XRP', 6, '${time}', '${time}', 'P1M', 12, 1, '5', '${time}', 0, '-36893488147419103232', '0', '0', 1, '1', '1', '${time}')`,
    `insert into pull_tallies (agreement_id, revision, number, asset_code, asset_scale, rate_units, rate_per, units, held)
     values ('${ID}', 1, 1, 'XRP', 9, '1000', '1', '18446744073709551615', '333')`,
    `insert into pulls (pull_id, agreement_id, asset_code, asset_scale, revision, tally, sent, held, debit, is_told, started_at, updated_at, ended_at)
     values ('pull-1', '${ID}', 'XRP', 9, 1, 1, '18446744073709551615', '333', '18446744073709552', 1, '${time}', '${time}', '${time}')`,
    `insert into pull_packets (agreement_id, pull_id, packet, amount, tally, cycle, state, debit, booking, booked_revision, booked_cycle, fulfillment, expires_at, sent_at, settled_at)
     values ('${ID}', 'pull-1', 1, '18446744073709551615', 1, 2, 'fulfilled', '18446744073709552', 1, 1, 2, '${'cd'.repeat(32)}', '${time}', '${time}', '${time}')`,
    `insert into pull_packets (agreement_id, pull_id, packet, amount, tally, cycle, state, debit, expires_at, sent_at)
     values ('${ID}', 'pull-1', 2, '333', 1, 2, 'unknown', '0', '${time}', '${time}')`,
    `insert into pushes (push_id, asset_code, asset_scale, amount, packets, started_at, updated_at)
     values ('push-1', 'XRP', 9, '18446744073709551615', 1, '${time}', '${time}')`,
    `insert into push_packets (push_id, packet, amount, received_at) values ('push-1', 1, '18446744073709551615', '${time}')`,
  ];
}
