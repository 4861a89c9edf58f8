import type { FastifyReply, FastifyRequest } from 'fastify';
import type * as z from 'zod';
import type { ChangeRequest } from '#platform/audit-log/operator-actions.ts';
import type { Clock } from '#platform/clock.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import type { Html } from '#platform/http/html.ts';
import type { Visitor, Visitors } from '#platform/http/pages/visitors.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Services } from '#platform/module.ts';

/** What a page of the console is, and what a form on one is. */

/** What pages are made from. */
export interface ConsolePorts {
  services: Services;
  settings: Settings;
  visitors: Visitors;
  clock: Clock;
  log: Logger;
}

/** Makes the pages of one subject. */
export type MakePages = (ports: ConsolePorts) => readonly AnyPage[];

/** Roles that may see the orders, the money and the deliveries of the shop. */
export const READERS = ['support', 'finance', 'read_all', 'write'] as const;

/** One look at a page, or one use of a form. */
export interface Visit<Params = unknown, Query = unknown> {
  visitor: Visitor;
  params: Params;
  query: Query;
  /** The path of the page below the console, as it was asked for, without its query. */
  path: string;
  /** The query as it was asked for; for links that keep the filters. */
  search: URLSearchParams;
  now: Date;
  /** Makes the address of a page of the console: `link('/orders', { status: 'New' })`. */
  link: Link;
  /** The hidden fields of a form on this page, whichever form it is sent to. */
  hidden: () => Html;
  request: FastifyRequest;
  reply: FastifyReply;
}

export type Link = (path: string, query?: Readonly<Record<string, string | number | bigint | undefined>>) => string;

/** A page, in place of its content alone. */
export interface PageAnswer {
  /** In place of the title of the definition. */
  title?: string;
  content: Html;
  status?: number;
  /** What open pages hear of: they are told how much has happened since. */
  live?: LiveTopic;
}

/** All events of these types, or those with one of these subjects. */
export type LiveTopic = { types: readonly string[] } | { subjects: readonly string[] };

/** Somewhere else: a path below the console, or a whole URL. */
export interface Redirection {
  redirect: string;
}

/** A table for spreadsheets. The first row has the names of the columns. */
export interface CsvAnswer {
  /** Of the file, without its ending. */
  csv: string;
  rows: readonly (readonly CsvValue[])[];
}

export type CsvValue = string | bigint | null | undefined;

export type Shown = Html | PageAnswer | Redirection | CsvAnswer;

export interface PageDefinition<Params, Query> {
  /** Below the console: `/orders/:order`. */
  path: string;
  title: string;
  /** Any one of these may see it, and a super admin always; `[]` is for everybody who has logged in. */
  roles: readonly string[];
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  show(visit: Visit<Params, Query>): Promise<Shown> | Shown;
}

/** What a form shows: the values that were typed, and what is wrong with them. */
export interface FormState {
  /** By the names of the fields. */
  values: Readonly<Record<string, string>>;
  /** Sentences by the names of the fields. */
  problems: Readonly<Record<string, string>>;
  /** A sentence about the form as a whole. */
  problem: string | undefined;
  /** The hidden fields that every form must have. */
  hidden: Html;
}

/** One use of a form. */
export interface Submission<Params = unknown> extends Visit<Params, unknown> {
  /** The person who acts, and the form's own idempotency key. */
  change: ChangeRequest;
}

export interface Done {
  /** Below the console. */
  to: string;
  /** A sentence that the next page shows. */
  notice: string;
}

/** A form on a page of its own: GET shows it, POST submits it, to the same path. */
export interface FormDefinition<Params, Body> {
  path: string;
  title: string;
  roles: readonly string[];
  params?: z.ZodType<Params>;
  /** Of the fields, all of them texts as they came; a field of several values is a list. */
  body: z.ZodType<Body>;
  /** Whether the session must have proved itself in the last minutes. */
  isDangerous?: boolean;
  show(visit: Visit<Params, unknown>, form: FormState): Promise<Shown> | Shown;
  /** Errors that a caller can cause are shown above the form; it can be sent again. */
  submit(visit: Submission<Params>, body: Body): Promise<Done | Shown>;
}

/** Where nobody has logged in yet. */
export interface OpenVisit<Query = unknown> extends Omit<Visit<unknown, Query>, 'visitor' | 'hidden'> {
  visitor: Visitor | undefined;
}

/** A page for those who have not logged in: to do so, and to accept an invitation. */
export interface OpenPageDefinition<Query> {
  path: string;
  title: string;
  query?: z.ZodType<Query>;
  show(visit: OpenVisit<Query>): Promise<Shown> | Shown;
}

/** A form for those who have not logged in: it has no token, and is taken from pages of this site only. */
export interface OpenFormDefinition<Params, Body> {
  path: string;
  title: string;
  params?: z.ZodType<Params>;
  body: z.ZodType<Body>;
  show(visit: OpenVisit<unknown> & { params: Params }, form: FormState): Promise<Shown> | Shown;
  submit(visit: OpenVisit<unknown> & { params: Params }, body: Body): Promise<Done | Shown>;
}

/** A page or a form, whatever its parameters are. */
export interface AnyPage {
  path: string;
  title: string;
  roles: readonly string[];
  params?: z.ZodType;
  query?: z.ZodType;
  show(visit: Visit, form: FormState): Promise<Shown> | Shown;
  form?: AnyForm;
  /** Whether it is for those who have not logged in, too. */
  isOpen?: boolean;
}

export interface AnyForm {
  body: z.ZodType;
  isDangerous: boolean;
  submit(visit: Submission, body: unknown): Promise<Done | Shown>;
}

/** A page that shows something. */
export function definePage<Params = unknown, Query = unknown>(definition: PageDefinition<Params, Query>): AnyPage {
  const { path, title, roles, params, query } = definition;
  return {
    path,
    title,
    roles,
    ...(params && { params }),
    ...(query && { query }),
    show: (visit) => definition.show(visit as Visit<Params, Query>),
  };
}

/** A page that needs no login. */
export function defineOpenPage<Query = unknown>(definition: OpenPageDefinition<Query>): AnyPage {
  const { path, title, query } = definition;
  return {
    path,
    title,
    roles: [],
    isOpen: true,
    ...(query && { query }),
    show: (visit) => definition.show(visit as unknown as OpenVisit<Query>),
  };
}

/** A form that needs no login. */
export function defineOpenForm<Params, Body>(definition: OpenFormDefinition<Params, Body>): AnyPage {
  const { path, title, params, body } = definition;
  const open = (visit: unknown) => visit as OpenVisit<unknown> & { params: Params };
  return {
    path,
    title,
    roles: [],
    isOpen: true,
    ...(params && { params }),
    show: (visit, form) => definition.show(open(visit), form),
    form: {
      body,
      isDangerous: false,
      submit: (visit, fields) => definition.submit(open(visit), fields as Body),
    },
  };
}

/** A page with a form that changes something. */
export function defineForm<Params, Body>(definition: FormDefinition<Params, Body>): AnyPage {
  const { path, title, roles, params, body, isDangerous = false } = definition;
  return {
    path,
    title,
    roles,
    ...(params && { params }),
    show: (visit, form) => definition.show(visit as Visit<Params, unknown>, form),
    form: {
      body,
      isDangerous,
      submit: (visit, fields) => definition.submit(visit as Submission<Params>, fields as Body),
    },
  };
}

/** A super admin may see and do everything. */
export function maySee({ roles: held }: Pick<Visitor, 'roles'>, roles: readonly string[]): boolean {
  return held.has('super_admin') || roles.length === 0 || roles.some((role) => held.has(role));
}
