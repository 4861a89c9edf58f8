import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parseJson } from '#platform/json.ts';

/** Holds answers of the server against its own description, as strictly as that speaks. */

export type JsonObject = Record<string, unknown>;

export interface ApiDescription {
  paths: Record<string, Record<string, Operation>>;
}

export interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: JsonObject; example?: unknown }[];
  requestBody?: { content: Record<string, { schema: JsonObject; example?: unknown }> };
  security?: Record<string, string[]>[];
  responses: Record<string, DescribedAnswer>;
}

export interface DescribedAnswer {
  content?: Record<string, { schema: JsonObject; example?: unknown }>;
  headers?: Record<string, { schema: JsonObject }>;
}

export interface Exchange {
  method: string;
  /** With its query, as it was sent. */
  path: string;
  status: number;
  headers: { get(name: string): string | null };
  /** The body as it came. */
  text: string;
}

/** Headers that a description must name before an answer has them; the others are HTTP's own. */
const HEADERS_OF_OURS = ['x-next-cursor', 'retry-after'];

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

const SWITCHED_OFF = '"route_not_found"';

let last: { description: ApiDescription; contract: Contract } | undefined;

/** The contract of a description, made once for each process of tests: compiling its schemas takes a second. */
export function contractOf(description: ApiDescription): Contract {
  if (last?.description !== description) last = { description, contract: new Contract(description) };
  return last.contract;
}

export class Contract {
  readonly #routes: { matches: RegExp; isPlain: boolean; path: string; operations: Record<string, Operation> }[];
  readonly #ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, validateFormats: true });
  readonly #validators = new Map<object, ValidateFunction>();

  constructor(description: ApiDescription) {
    addFormats.default(this.#ajv);
    // JSON Schema's integer is a float to ajv. Ours have 64 bits, and not one of them may be lost.
    this.#ajv.addKeyword({
      keyword: 'wholeNumber',
      schemaType: 'object',
      validate: (wanted: { format?: string; minimum?: number; maximum?: number }, value: unknown) => {
        if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return false;
        const whole = BigInt(value as bigint | number);
        const [smallest, largest] = RANGES[wanted.format ?? 'int64'] as readonly [bigint, bigint];
        return (
          whole >= smallest &&
          whole <= largest &&
          whole >= BigInt(wanted.minimum ?? whole) &&
          whole <= BigInt(wanted.maximum ?? whole)
        );
      },
    });
    this.#routes = Object.entries(description.paths).map(([path, operations]) => ({
      path,
      matches: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`),
      isPlain: !path.includes('{'),
      operations,
    }));
  }

  /** The template of a path as it was sent; undefined for one that is not described. */
  pathOf(path: string): string | undefined {
    return this.#routeOf(path)?.path;
  }

  /** What of an answer is not as it is described; nothing for a path that is not, or where no route was asked yet. */
  problemsOf(exchange: Exchange): string[] {
    const { method, path, status } = exchange;
    const route = this.#routeOf(path);
    if (route === undefined) return [];
    if (status === 408 || status === 431) return [];
    const about = (problem: string) => `${method} ${path.slice(0, 200)} (${route.path}) ${status}: ${problem}`;
    const operation = route.operations[method === 'HEAD' ? 'get' : method.toLowerCase()];
    if (operation === undefined) return this.#problemsOfOtherMethod(exchange, route.operations).map(about);
    const answer = operation.responses[String(status)];
    if (answer === undefined) return [about(`the status is not described: ${exchange.text.slice(0, 300)}`)];
    return [...this.#problemsOfHeaders(exchange, answer), ...this.#problemsOfBody(exchange, answer)].map(about);
  }

  /** What of a value does not fit a schema of the description. */
  problemsOfValue(schema: JsonObject, value: unknown): string[] {
    const validate = this.#validatorOf(schema);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath || 'the body'} ${message} ${JSON.stringify(params)}`,
    );
  }

  #routeOf(path: string) {
    const [plain = ''] = path.split('?');
    const fitting = this.#routes.filter(({ matches }) => matches.test(plain));
    return fitting.find(({ isPlain }) => isPlain) ?? fitting[0];
  }

  #problemsOfOtherMethod({ status, headers, text }: Exchange, operations: Record<string, Operation>): string[] {
    // A path that may be switched off is then not there with any method.
    const mayBeOff = Object.values(operations).some(({ responses }) =>
      JSON.stringify(responses).includes(SWITCHED_OFF),
    );
    if (status === 429 || (status === 404 && mayBeOff)) return [];
    const code = (jsonOf(text) as JsonObject | undefined)?.code;
    // A path that cannot be read is looked for at no route.
    if (status === 400 && code === 'invalid_request') return [];
    if (status !== 405 || (text !== '' && code !== 'method_not_allowed')) return ['the method is not described'];
    return headers.get('allow') === null ? ['the header allow is missing'] : [];
  }

  #problemsOfHeaders({ headers }: Exchange, answer: DescribedAnswer): string[] {
    const problems = HEADERS_OF_OURS.filter(
      (name) => headers.get(name) !== null && answer.headers?.[name] === undefined,
    ).map((name) => `the header ${name} is not described`);
    for (const [name, { schema }] of Object.entries(answer.headers ?? {})) {
      const value = headers.get(name);
      if (value === null) continue;
      const read = schema.type === 'integer' ? Number(value) : value;
      problems.push(...this.problemsOfValue(schema, read).map((problem) => `the header ${name}: ${problem}`));
    }
    const isWaitTold = headers.get('retry-after') !== null;
    if (answer.headers?.['retry-after'] !== undefined && !isWaitTold)
      problems.push('the header retry-after is missing');
    return problems;
  }

  #problemsOfBody({ method, headers, text }: Exchange, { content }: DescribedAnswer): string[] {
    if (method === 'HEAD') return text === '' ? [] : ['an answer to HEAD has a body'];
    if (content === undefined) return text === '' ? [] : [`there should be no body: ${text.slice(0, 300)}`];
    const [mediaType = ''] = (headers.get('content-type') ?? '').split(';');
    const described = content[mediaType];
    if (described === undefined) return [`the content type ${mediaType} is not described`];
    const isText = mediaType === 'text/plain' || described.schema.type === 'string';
    const value = isText ? text : jsonOf(text);
    if (value === undefined) return [`this is not JSON: ${text.slice(0, 300)}`];
    return this.problemsOfValue(described.schema, value).map((problem) => `${problem} in ${text.slice(0, 2000)}`);
  }

  #validatorOf(schema: JsonObject): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known !== undefined) return known;
    const made = this.#ajv.compile(withWholeNumbers(schema) as JsonObject);
    this.#validators.set(schema, made);
    return made;
  }
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The schema with its integers under our own keyword. */
function withWholeNumbers(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withWholeNumbers);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { type, format, minimum, maximum, ...rest } = schema as JsonObject;
  if (type === 'integer')
    return { ...(withWholeNumbers(rest) as JsonObject), wholeNumber: { format, minimum, maximum } };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withWholeNumbers(value)]));
}
