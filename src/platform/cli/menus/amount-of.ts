import { amountArgument } from '#platform/cli/arguments.ts';
import { formatAmount } from '#platform/cli/terminal/output.ts';

/** An amount that was typed at a question, as it will be understood. */
export function amountOf(text: string | undefined): string {
  return formatAmount(amountArgument(text ?? ''));
}
