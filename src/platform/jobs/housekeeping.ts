/** Records that are only kept to recognise repeats are deleted once a day, at an hour when shops are quiet. */
export const HOUSEKEEPING_SCHEDULE = '17 4 * * *';
