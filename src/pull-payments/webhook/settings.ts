/** What webhooks need to know of the settings. */
export interface WebhookSettings {
  /** What stands between `$` and the first slash of pointers. */
  publicHost: string;
  /** The bearer token that webhooks are called with, and the key of their signature. */
  webhookToken: string;
  /** Whether webhooks may be in networks that are not public. */
  webhookAllowPrivate: boolean;
}
