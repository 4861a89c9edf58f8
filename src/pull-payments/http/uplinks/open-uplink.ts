import type { UplinkSettings } from '#pull-payments/uplink-settings.ts';
import type { UplinkLimits } from './limits.ts';
import type { Uplink, UplinkPorts } from './uplink.ts';

/**
 * The uplink that the settings name. The other one is not loaded.
 * @param btpToken what a BTP parent knows us by if the settings have no token.
 */
export async function openUplink(
  settings: UplinkSettings,
  btpToken: string,
  ports: UplinkPorts,
  limits: Partial<UplinkLimits> = {},
): Promise<Uplink> {
  if (settings.kind === 'http') {
    const { HttpUplink } = await import('./http-uplink.ts');
    return new HttpUplink(settings, ports, limits);
  }
  const { BtpUplink } = await import('./btp-uplink.ts');
  return new BtpUplink(settings, settings.token ?? btpToken, ports, limits);
}
