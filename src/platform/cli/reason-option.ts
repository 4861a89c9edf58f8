import { Option } from 'commander';
import { askedAs } from './menus/menu-fields.ts';

/** Why something is changed by hand. */
export function reasonOption(): Option {
  return optionalReasonOption().makeOptionMandatory();
}

export function optionalReasonOption(): Option {
  return askedAs(new Option('--reason <text>', 'why, for the audit log'), { ask: 'Reason, for the audit log' });
}
