import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql';

let cached: GraphQLSchema | undefined;

/**
 * Shopify's real Admin schema; test/vectors/shopify/README.md says where it comes from. Built once a process: it takes about 0.3 s, half of
 * it for reading the JSON and half for building.
 */
export function loadAdminSchema(): GraphQLSchema {
  cached ??= buildAdminSchema();
  return cached;
}

function buildAdminSchema(): GraphQLSchema {
  const file = new URL('../../vectors/shopify/admin-2026-10.json.gz', import.meta.url);
  const introspection: { data: IntrospectionQuery } = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
  // The schema is Shopify's own; checking it again would cost as long as building it.
  return buildClientSchema(introspection.data, { assumeValid: true });
}
