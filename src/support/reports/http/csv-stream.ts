import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { type CsvColumn, csvHeader, csvText } from '#support/reports/csv.ts';
import type { Asked } from './request.ts';

interface Part<Line, Position> {
  rows: Line[];
  next: Position | undefined;
}

/**
 * Sends a whole report as CSV, however long it is: the next part is read when the client has taken the one before. If one
 * fails the connection is cut off, so that nothing looks complete that is not.
 */
export async function sendCsv<Line, Position>(
  reply: FastifyReply,
  { name, asked, columns }: { name: string; asked: Asked; columns: readonly CsvColumn<Line>[] },
  read: (after: Position | undefined) => Promise<Part<Line, Position>>,
): Promise<FastifyReply> {
  // Before the head of the answer, so that a failure still gets its status.
  const first = await read(undefined);
  async function* parts() {
    yield csvHeader(columns) + csvText(columns, first.rows, asked.currency);
    let { next } = first;
    while (next !== undefined) {
      const part = await read(next);
      yield csvText(columns, part.rows, asked.currency);
      next = part.next;
    }
  }
  const { from, to } = asked.period;
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}-${from}-${to}.csv"`)
    .send(Readable.from(parts(), { objectMode: false, highWaterMark: 1 }));
}
