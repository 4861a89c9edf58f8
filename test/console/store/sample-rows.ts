/** Rows of every table of the console, as SQLite takes them. */
export function sampleRows(time: string): string[] {
  return [
    `insert into saved_views (owner, name, path, created_at) values ('staff:1', 'Open “ä”', '/orders?status=New', '${time}')`,
    `insert into saved_views (owner, name, path, created_at) values ('staff:2', 'Late', '/orders?money=late', '${time}')`,
  ];
}
