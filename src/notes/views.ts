import type { Note } from './store/notes.ts';

export type NoteView = ReturnType<typeof noteView>;

export function noteView({ id, orderId, customerId, author, text, createdAt, strike }: Note) {
  return {
    id,
    order_id: orderId,
    customer_id: customerId,
    author,
    text,
    created_at: createdAt.toISOString(),
    struck_at: strike?.at.toISOString() ?? null,
    struck_by: strike?.by ?? null,
    strike_reason: strike?.reason ?? null,
  };
}
