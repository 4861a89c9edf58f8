/** `10.5 XRP` of 10500000 units at scale 6: how people read an amount. */
export function inAsset(
  units: string,
  { asset_code: code, asset_scale: scale }: { asset_code: string; asset_scale: bigint },
): string {
  const digits = Number(scale);
  if (!/^\d+$/.test(units) || digits === 0) return `${units} ${code}`;
  const padded = units.padStart(digits + 1, '0');
  const fraction = padded.slice(-digits).replace(/0+$/, '');
  return `${padded.slice(0, -digits)}${fraction === '' ? '' : `.${fraction}`} ${code}`;
}
