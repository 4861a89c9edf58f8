/** Rows of every table of notes, as SQLite takes them. */
export function sampleRows(time: string): string[] {
  return [
    `insert into notes (order_id, author, text, created_at) values ('1', 'someone', 'two' || char(10) || 'lines “ä”', '${time}')`,
    `insert into notes (customer_id, author, text, created_at) values ('c1', 'someone', 'kind', '${time}')`,
    `insert into note_strikes (note_id, actor, reason, created_at) values (2, 'another', 'rude', '${time}')`,
  ];
}
