import type { AnyPage } from './page.ts';

/** Finds pages by their paths. They are matched here, so that no page is loaded before the first is asked for. */

export interface FoundPage {
  page: AnyPage;
  params: Readonly<Record<string, string>>;
}

/** @param pages a page whose path has no parameters is preferred to one that has. */
export function routerOf(pages: readonly AnyPage[]) {
  const patterns = pages.map((page) => ({ page, parts: page.path.replace(/\/+$/, '').split('/') }));
  const isVariable = ({ parts }: { parts: readonly string[] }) => parts.some((part) => part.startsWith(':'));
  patterns.sort((one, other) => Number(isVariable(one)) - Number(isVariable(other)));

  /** @param path below the console, as it was sent, with its escapes. Undefined if there is none. */
  return (path: string): FoundPage | undefined => {
    const given = path.replace(/\/+$/, '').split('/');
    for (const { page, parts } of patterns) {
      const params = parts.length === given.length ? paramsOf(parts, given) : undefined;
      if (params !== undefined) return { page, params };
    }
    return undefined;
  };
}

function paramsOf(parts: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const text = given[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== text) return undefined;
      continue;
    }
    const value = decoded(text);
    if (value === undefined || value === '') return undefined;
    params[part.slice(1)] = value;
  }
  return params;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
