import * as z from 'zod';

/** What the server answers about the pages for customers. */

export const orderLink = z.looseObject({ order_id: z.string(), url: z.string() });

export type OrderLinkAnswer = z.output<typeof orderLink>;
