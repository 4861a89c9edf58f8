/** Rows of every table of webhook endpoints, as SQLite takes them. */
export function sampleRows(time: string): string[] {
  const columns =
    'url, description, event_types, tag, state, pause_reason, secret, secret_created_at, previous_secret, previous_secret_until, position, failing_since, delivered, failed, created_by, created_at';
  return [
    `insert into webhook_endpoints (${columns}) values ('https://a.example/', 'books “ä”', '["OrderPaid"]', 'a1', 'active', null, 'whsec_a', '${time}', 'whsec_b', '${time}', 7, '${time}', 3, 1, 'someone', '${time}')`,
    `insert into webhook_endpoints (${columns}) values ('https://b.example/', '', null, 'b1', 'removed', null, null, '${time}', null, null, 0, null, 0, 0, 'someone', '${time}')`,
    `insert into webhook_attempts (endpoint_id, event_id, event_type, message_id, attempted_at, duration_ms, status, answer, error)
       values (1, null, 'webhook.test', 'msg_a1_test_1', '${time}', 12, 200, 'two' || char(10) || 'lines', null)`,
    `insert into webhook_attempts (endpoint_id, event_id, event_type, message_id, attempted_at, duration_ms, status, answer, error)
       values (1, null, 'webhook.test', 'msg_a1_test_2', '${time}', 10001, null, '', 'It did not answer.')`,
  ];
}
