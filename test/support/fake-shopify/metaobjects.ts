/** A definition of metaobjects, as the shop's owner or an app has made it. */
export interface Definition {
  id: string;
  /** Types by key. */
  fields: Map<string, string>;
  storefrontAccess: string;
}

export interface Metaobjects {
  /** By type. */
  definitions: Map<string, Definition>;
  /** Fields by `type/handle`. */
  metaobjects: Map<string, Map<string, string>>;
}

interface FieldDefinitionInput {
  key: string;
  type: string;
}

interface UserError {
  code: string;
  field: string[];
  message: string;
}

const MAX_INTEGER = 2n ** 53n - 1n;

/** The metaobjects of a shop, with the rules of shopify.dev for what our documents use. */
export function createMetaobjects(requireScope: (scope: string, field: string) => void) {
  const definitions = new Map<string, Definition>();
  const metaobjects = new Map<string, Map<string, string>>();
  const refuse = (code: string, field: string[], message: string): { userErrors: UserError[] } => ({
    userErrors: [{ code, field, message }],
  });

  const state: Metaobjects = { definitions, metaobjects };

  const rootValue = {
    metaobjectDefinitionByType: ({ type }: { type: string }) => {
      requireScope('read_metaobject_definitions', 'metaobjectDefinitionByType');
      const found = definitions.get(type);
      if (found === undefined) return null;
      const fieldDefinitions = [...found.fields].map(([key, name]) => ({ key, type: { name } }));
      return { id: found.id, type, fieldDefinitions };
    },

    metaobjectByHandle: ({ handle }: { handle: { type: string; handle: string } }) => {
      requireScope('read_metaobjects', 'metaobjectByHandle');
      const fields = metaobjects.get(`${handle.type}/${handle.handle}`);
      if (fields === undefined) return null;
      return {
        fields: () => [...fields].map(([key, value]) => ({ key, value })),
        field: ({ key }: { key: string }) =>
          definitions.get(handle.type)?.fields.has(key) ? { key, value: fields.get(key) ?? null } : null,
      };
    },

    metaobjectDefinitionCreate: ({
      definition,
    }: {
      definition: {
        type: string;
        fieldDefinitions?: FieldDefinitionInput[];
        access?: { admin?: string; storefront?: string };
      };
    }) => {
      requireScope('write_metaobject_definitions', 'metaobjectDefinitionCreate');
      const { type, fieldDefinitions = [], access } = definition;
      if (definitions.has(type)) return refuse('TAKEN', ['definition', 'type'], 'Type has already been taken');
      if (access?.admin !== undefined && !type.startsWith('$app:')) {
        return refuse('ADMIN_ACCESS_INPUT_NOT_ALLOWED', ['definition', 'access'], 'Admin access is not allowed');
      }
      const fields = new Map(fieldDefinitions.map((field) => [field.key, field.type]));
      const id = `gid://shopify/MetaobjectDefinition/${definitions.size + 1}`;
      definitions.set(type, { id, fields, storefrontAccess: access?.storefront ?? 'NONE' });
      return { metaobjectDefinition: null, userErrors: [] };
    },

    metaobjectDefinitionUpdate: ({
      id,
      definition,
    }: {
      id: string;
      definition: { fieldDefinitions?: { create?: FieldDefinitionInput }[] };
    }) => {
      requireScope('write_metaobject_definitions', 'metaobjectDefinitionUpdate');
      const found = [...definitions.values()].find((known) => known.id === id);
      if (found === undefined) return refuse('RECORD_NOT_FOUND', ['id'], 'Record not found');
      for (const { create } of definition.fieldDefinitions ?? []) {
        if (create === undefined) continue;
        if (found.fields.has(create.key)) {
          return refuse('OBJECT_FIELD_TAKEN', ['definition', 'fieldDefinitions'], 'Field key is already in use');
        }
        found.fields.set(create.key, create.type);
      }
      return { metaobjectDefinition: null, userErrors: [] };
    },

    metaobjectUpsert: ({
      handle,
      metaobject,
    }: {
      handle: { type: string; handle: string };
      metaobject: { fields: { key: string; value: string }[] };
    }) => {
      requireScope('write_metaobjects', 'metaobjectUpsert');
      const definition = definitions.get(handle.type);
      if (definition === undefined) {
        return refuse(
          'UNDEFINED_OBJECT_TYPE',
          ['handle', 'type'],
          `No metaobject definition exists for ${handle.type}`,
        );
      }
      for (const [index, { key, value }] of metaobject.fields.entries()) {
        const field = ['metaobject', 'fields', String(index)];
        const type = definition.fields.get(key);
        if (type === undefined)
          return refuse('UNDEFINED_OBJECT_FIELD', field, `Field definition "${key}" does not exist`);
        const isInteger = /^-?\d{1,16}$/.test(value) && BigInt(value) <= MAX_INTEGER;
        if (type === 'number_integer' && !isInteger) return refuse('INVALID_VALUE', field, 'Value must be an integer.');
      }
      const name = `${handle.type}/${handle.handle}`;
      // Fields that are not named keep what they have.
      const fields = metaobjects.get(name) ?? new Map<string, string>();
      for (const { key, value } of metaobject.fields) fields.set(key, value);
      metaobjects.set(name, fields);
      return { metaobject: null, userErrors: [] };
    },
  };
  return { state, rootValue };
}
