import type { BackEndPorts, BackEndRoutes } from './ports.ts';

/** `user` and `user/resend_confirmation`: the shop's staff. */
export function userHandlers(_ports: BackEndPorts): BackEndRoutes {
  return {};
}
