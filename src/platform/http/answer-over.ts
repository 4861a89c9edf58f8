import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What waits for the end of each connection. One listener for all of them: many requests may come on one. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `over` once, when the answer has been sent or can't be sent any more; at once if that is so already. Node emits
 * `close` only for the answer that a connection is sending: one that waits behind another (pipelining) hears nothing when
 * the caller leaves, so that what is held for it would never be given back.
 */
export function whenAnswerIsOver(request: IncomingMessage, response: ServerResponse, over: () => void): void {
  const { socket } = request;
  const ends = waiting.get(socket) ?? waitFor(socket);
  const end = () => {
    if (ends.delete(end)) over();
  };
  ends.add(end);
  response.once('close', end);
  if (response.destroyed || socket.destroyed) end();
}

function waitFor(socket: Socket): Set<() => void> {
  const ends = new Set<() => void>();
  waiting.set(socket, ends);
  socket.once('close', () => {
    for (const end of ends) end();
  });
  return ends;
}
