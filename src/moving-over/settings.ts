/** What becomes of the settings of the old server, which has our names save a few. Pure. */

export interface TranslatedSettings {
  /** For our settings file. */
  settings: Record<string, string>;
  /** A word on each that changed or is left out. None tells a value: it may be a secret. */
  remarks: string[];
}

/** What the old server has, and ours has no use for. */
const GONE: Readonly<Record<string, string>> = {
  TPG_STOREFRONT: 'Shopify is used where its settings are there',
  TPG_SCHEMA: 'the tables are where TPG_DATABASE_URL says',
  TPG_SKIP_PREFLIGHT: 'the settings are checked at each start',
};

/** From the levels of the old server's log to ours. */
const LOG_LEVELS: Readonly<Record<string, string>> = {
  off: 'silent',
  error: 'error',
  warn: 'warn',
  info: 'info',
  debug: 'debug',
  trace: 'trace',
};

/**
 * @param known the names of our settings.
 * @param databaseUrl of the new database.
 */
export function translateSettings(
  old: Readonly<Record<string, string>>,
  known: ReadonlySet<string>,
  databaseUrl: string,
): TranslatedSettings {
  const settings: Record<string, string> = {};
  const remarks: string[] = [];
  for (const [name, value] of Object.entries(old)) {
    if (name === 'TPG_DATABASE_URL') continue;
    if (name === 'RUST_LOG') {
      // Where it names levels of parts too, as in `warn,tari=debug`, the one for all counts.
      const words = value.toLowerCase().split(',');
      const level = LOG_LEVELS[words.find((word) => word.trim() in LOG_LEVELS)?.trim() ?? ''];
      if (level === undefined) remarks.push('RUST_LOG is left out: it names no level for all messages');
      else {
        settings.TPG_LOG_LEVEL ??= level;
        remarks.push(`RUST_LOG is TPG_LOG_LEVEL=${level} here`);
      }
    } else if (name === 'TPG_SHOPIFY_PRICE_FIELD' && value === 'line') {
      settings[name] = 'line_items';
      remarks.push('TPG_SHOPIFY_PRICE_FIELD=line is line_items here');
    } else if (known.has(name)) {
      settings[name] = value;
    } else {
      const reason = Object.hasOwn(GONE, name) ? GONE[name] : 'there is no such setting here';
      remarks.push(`${name} is left out: ${reason}`);
    }
  }
  settings.TPG_DATABASE_URL = databaseUrl;
  remarks.push('TPG_DATABASE_URL is the new database: the old one is only read');
  return { settings, remarks };
}
