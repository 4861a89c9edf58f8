import { allSettings } from '#settings.ts';

/** All settings, loaded once: tests read them without waiting. */
export const { parse: parseSettings, warnings, descriptions: settingDescriptions } = await allSettings();
