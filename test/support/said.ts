import type * as z from 'zod';
import { parseJson } from '#platform/json.ts';
import type { JsonText } from '#platform/json-text.ts';

/** What a text says that the server sends, whole numbers as bigint. @param shape one of those by which the tool reads it. */
export async function said<Shape extends z.ZodType>(
  shape: Shape,
  answer: Promise<JsonText | { text: JsonText }>,
): Promise<z.output<Shape>> {
  const given = await answer;
  return shape.parse(parseJson(typeof given === 'string' ? given : given.text));
}
